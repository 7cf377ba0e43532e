// The text form of an approval. Reading ends with writing what was read: whatever would not come out byte for byte is refused, so there is one text
// for each approval and one reading for each text.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "approval/escape.hpp"
#include "approval/rules.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using approval::escape;
using approval::Spaces;
using approval::unescape;
using Kind = ApprovedState::Kind;

constexpr std::string_view kFirstLine = "touchstone-approval 1";
constexpr std::array<std::string_view, 5> kKinds{"any", "absent", "file", "symlink", "directory"};  // in the order of Kind

void append_state(std::string& out, const ApprovedState& state) {
    out += kKinds[static_cast<std::size_t>(state.kind)];
    for (const auto& [algorithm, raw] : state.digests) out += fmt::format(" {}:{}", config_name(algorithm), to_hex(raw));
    if (state.kind == Kind::symlink) out += " target:" + escape(state.link_target, Spaces::escaped);
    if (state.mode) out += fmt::format(" mode:{:04o}", *state.mode);
    if (state.uid) out += fmt::format(" uid:{}", *state.uid);
    if (state.gid) out += fmt::format(" gid:{}", *state.gid);
}

std::string text_of(const Approval& approval) {
    std::string out = fmt::format("{}\nid {}\n", kFirstLine, approval.id);
    for (const auto& host : approval.hosts) out += "host " + host + "\n";
    if (approval.hosts.empty()) out += "host *\n";
    out += fmt::format("not-before {}\nexpires {}\n", to_utc_seconds(approval.not_before), to_utc_seconds(approval.expires));
    out += "approver " + escape(approval.approver, Spaces::kept) + "\nticket " + escape(approval.ticket, Spaces::kept) + "\nnote " +
           escape(approval.note, Spaces::kept) + "\n";
    for (const auto& change : approval.changes) {
        out += "change " + escape(change.path, Spaces::escaped) + " before ";
        append_state(out, change.before);
        out += " after ";
        append_state(out, change.after);
        out += '\n';
    }
    return out;
}

std::optional<std::uint32_t> number(std::string_view text, int base) {
    std::uint32_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

// Takes words and lines off the front; what goes wrong is told by the caller.
class Words {
public:
    explicit Words(std::string_view text) : rest_(text) {}
    bool more() const { return !rest_.empty(); }
    std::string_view next(char separator) {
        const auto end = std::min(rest_.find(separator), rest_.size());
        const auto word = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return word;
    }
    std::string_view peek(char separator) const { return rest_.substr(0, rest_.find(separator)); }

private:
    std::string_view rest_;
};

bool read_attribute(std::string_view name, std::string_view value, ApprovedState& state) {
    if (name == "mode") return (state.mode = number(value, 8)).has_value();
    if (name == "uid") return (state.uid = number(value, 10)).has_value();
    if (name == "gid") return (state.gid = number(value, 10)).has_value();
    if (name == "target") {
        auto target = unescape(value);
        if (target) state.link_target = std::move(*target);
        return target.has_value();
    }
    const auto algorithm = digest_algorithm(name);
    const auto raw = from_hex(value);
    return algorithm && raw && state.digests.emplace(*algorithm, *raw).second;
}

bool read_state(Words& words, std::string_view until, ApprovedState& state) {
    const auto kind = std::find(kKinds.begin(), kKinds.end(), words.next(' '));
    if (kind == kKinds.end()) return false;
    state.kind = static_cast<Kind>(kind - kKinds.begin());
    while (words.more() && words.peek(' ') != until) {
        const auto word = words.next(' ');
        const auto colon = word.find(':');
        if (colon == std::string_view::npos || !read_attribute(word.substr(0, colon), word.substr(colon + 1), state)) return false;
    }
    return true;
}

bool read_change(std::string_view line, ApprovedChange& change) {
    Words words(line);
    auto path = unescape(words.next(' '));
    if (!path || words.next(' ') != "before") return false;
    change.path = std::move(*path);
    return read_state(words, "after", change.before) && words.next(' ') == "after" && read_state(words, "", change.after);
}

bool read_text(std::string_view value, std::string& out) {
    auto text = unescape(value);
    if (text) out = std::move(*text);
    return text.has_value();
}

bool read_time(std::string_view value, WallTime& out) {
    const auto time = parse_utc_seconds(value);
    if (time) out = *time;
    return time.has_value();
}

// One line; false when it is none of an approval's.
bool read_line(std::string_view line, Approval& approval) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return false;
    const auto key = line.substr(0, space), value = line.substr(space + 1);
    if (key == "id") return read_text(value, approval.id);
    if (key == "host") return value == "*" || (approval.hosts.emplace_back(value), true);
    if (key == "not-before") return read_time(value, approval.not_before);
    if (key == "expires") return read_time(value, approval.expires);
    if (key == "approver") return read_text(value, approval.approver);
    if (key == "ticket") return read_text(value, approval.ticket);
    if (key == "note") return read_text(value, approval.note);
    if (key != "change" || approval.changes.size() > kMaxApprovedChanges) return false;
    return read_change(value, approval.changes.emplace_back());
}

tl::unexpected<Error> malformed(std::string why) { return fail(Error{"the approval is malformed: " + std::move(why), ErrorKind::bad_input, 0}); }

}  // namespace

Result<std::string> approval_text(const Approval& approval) {
    if (auto fault = approval::fault_of(approval); !fault.empty()) return malformed(std::move(fault));
    auto text = text_of(approval);
    if (text.size() > kMaxApprovalBytes - 1024) return malformed("it is longer than 16 MiB");  // room for the signature
    return text;
}

Result<Approval> parse_approval(std::string_view text) {
    if (text.size() > kMaxApprovalBytes) return malformed("it is longer than 16 MiB");
    Words lines(text);
    if (lines.next('\n') != kFirstLine) return malformed(fmt::format("it does not begin with the line `{}`", kFirstLine));
    Approval read;
    for (std::size_t number = 2; lines.more(); ++number)
        if (const auto line = lines.next('\n'); !read_line(line, read))
            return malformed(fmt::format("line {}: {}", number, printable(line.substr(0, 200))));
    if (auto fault = approval::fault_of(read); !fault.empty()) return malformed(std::move(fault));
    if (text_of(read) != text) return malformed("it is not written as touchstone writes it");
    return read;
}

std::string to_utc_seconds(WallTime time) { return to_rfc3339(time).substr(0, 19) + "Z"; }

std::optional<WallTime> parse_utc_seconds(std::string_view text) {
    constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
    if (text.size() != kForm.size()) return std::nullopt;
    for (std::size_t i = 0; i < kForm.size(); ++i)
        if (kForm[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return std::nullopt;
    const auto part = [text](std::size_t at, std::size_t size) { return *number(text.substr(at, size), 10); };
    const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(part(0, 4))), std::chrono::month(part(5, 2)),
                                          std::chrono::day(part(8, 2))};
    // Years that 64 bits of nanoseconds hold.
    if (!day.ok() || part(0, 4) < 1970 || part(0, 4) > 2261 || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 59) return std::nullopt;
    return WallTime(std::chrono::sys_days(day)) + std::chrono::hours(part(11, 2)) + std::chrono::minutes(part(14, 2)) +
           std::chrono::seconds(part(17, 2));
}

}  // namespace touchstone
