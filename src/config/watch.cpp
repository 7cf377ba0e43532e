// [[watch]]: from a table to a Rule.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "build.hpp"
#include "nearest.hpp"
#include "paths.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::config {
namespace {

constexpr std::size_t kMostWatches = 1'000;
constexpr std::array<std::string_view, 7> kKeys{"path", "path_hex", "profile", "exclude", "severity", "tags", "diff"};
constexpr std::array kProfiles{Profile::content, Profile::metadata, Profile::presence, Profile::log};
constexpr std::array kSeverities{Severity::low, Severity::medium, Severity::high, Severity::critical};

class WatchReader {
public:
    WatchReader(const SourceRef& source, const Node& table, Draft& draft)
        : source_(source), table_(table), draft_(draft), prefix_(fmt::format("watch[{}]", draft.loaded.config.watches.size())) {}

    void read() {
        read_path();
        for (const auto& node : table_.members) read_key(node.name, node);
        check_excludes();
        check_diff();
        draft_.loaded.config.watches.push_back(std::move(rule_));
    }

private:
    void read_path() {
        const auto* path = table_.member("path");
        const auto* hex = table_.member("path_hex");
        if (path != nullptr && hex != nullptr) return problem(*hex, "both `path` and `path_hex`", "one of them");
        if (path == nullptr && hex == nullptr)
            return draft_.problems.add({source_, table_.value}, "a watch without a path", "add path = \"/...\" below it");
        if (path != nullptr) return read_pattern(*path);
        read_hex(*hex);
    }

    void read_pattern(const Node& node) {
        if (node.kind != Node::Kind::text) return problem(node, fmt::format("path is {}", name_of(node.kind)), "an absolute path in quotes");
        auto fault = fault_of_path(node.text);
        if (!fault) fault = fault_of_glob(node.text, false);
        if (fault) return problem(node, fault->what, fault->right);
        take_path(node, node.text);
    }

    void read_hex(const Node& node) {
        constexpr auto kForm = "the bytes of an absolute path in hexadecimal, in quotes; it starts with 2f";
        const auto bytes = node.kind == Node::Kind::text ? from_hex(node.text) : std::nullopt;
        if (!bytes) return problem(node, "path_hex is not hexadecimal", kForm);
        if (const auto fault = fault_of_path(*bytes)) return problem(node, fault->what, kForm);
        take_path(node, quote_glob(*bytes));
    }

    void take_path(const Node& node, const std::string& written) {
        rule_.path = normalised(written);
        if (rule_.path != written)
            draft_.warn({source_, node.value}, fmt::format("watched as \"{}\": slashes at the end, doubled slashes and `.` mean nothing", printable(rule_.path)));
        place("path", node);
    }

    void read_key(const std::string& key, const Node& node) {
        if (key == "path" || key == "path_hex") return;
        if (key == "profile") return read_word(node, kProfiles, rule_.profile, "profile");
        if (key == "severity") return read_word(node, kSeverities, rule_.severity, "severity");
        if (key == "exclude") return read_excludes(node);
        if (key == "tags") return read_tags(node);
        if (key == "diff") return read_diff(node);
        draft_.problems.add({source_, node.key}, fmt::format("unknown key `{}` in [[watch]]", printable(key)),
                            suggestion(key, {kKeys.begin(), kKeys.end()}));
    }

    template <class Words, class Word>
    void read_word(const Node& node, const Words& words, Word& into, const std::string& key) {
        std::vector<std::string_view> names;
        for (const auto word : words) names.push_back(name_of(word));
        const auto found = std::find(names.begin(), names.end(), node.kind == Node::Kind::text ? node.text : std::string{});
        if (found == names.end()) return problem(node, fmt::format("unknown {}", key), suggestion(node.text, names));
        into = words[static_cast<std::size_t>(found - names.begin())];
        place(key, node);
    }

    void read_excludes(const Node& node) {
        for (const auto* item : texts_of(node, "exclude", "a list of patterns in quotes, like [\"*.swp\", \"/etc/mtab\"]")) read_exclude(*item);
        place("exclude", node);
    }

    void read_exclude(const Node& item) {
        const auto& pattern = item.text;
        if (pattern.empty() || pattern.find('\0') != std::string::npos) return problem(item, "an empty pattern, or one with a NUL byte", "a name or a path");
        const bool from_root = pattern.find('/') != std::string::npos;
        if (from_root && pattern[0] != '/' && !pattern.starts_with("**"))
            return problem(item, "a pattern with a slash matches from the root", fmt::format("start it with `/`, or write \"**/{}\"", printable(pattern)));
        if (const auto fault = fault_of_glob(pattern, true)) return problem(item, fault->what, fault->right);
        auto clean = from_root && pattern[0] == '/' ? normalised(pattern) : pattern;
        if (clean != pattern) draft_.warn({source_, item.value}, fmt::format("exclude taken as \"{}\"", printable(clean)));
        if (std::find(rule_.exclude.begin(), rule_.exclude.end(), clean) != rule_.exclude.end())
            draft_.warn({source_, item.value}, fmt::format("exclude \"{}\" is listed twice", printable(clean)));
        rule_.exclude.push_back(std::move(clean));
        exclude_at_.push_back(item.value);
    }

    void read_tags(const Node& node) {
        for (const auto* item : texts_of(node, "tags", "a list of words in quotes, like [\"pci-dss-11.5.2\"]")) {
            if (item->text.empty() || printable(item->text) != item->text) return problem(*item, "an empty tag, or one with control characters", "a word");
            rule_.tags.push_back(item->text);
        }
        place("tags", node);
    }

    void read_diff(const Node& node) {
        const bool is_private = node.kind == Node::Kind::text && node.text == name_of(Diff::private_too);
        if (node.kind != Node::Kind::boolean && !is_private)
            return problem(node, "unknown diff", "true, false, or \"private\" for differences also of what not everybody may read");
        rule_.diff = is_private ? Diff::private_too : node.boolean ? Diff::shown : Diff::off;
        diff_ = &node;
        place("diff", node);
    }

    // The others know no content, or, of a log, only that what was there still is.
    void check_diff() {
        if (rule_.diff == Diff::off || rule_.profile == Profile::content) return;
        problem(*diff_, fmt::format("no differences are shown under profile \"{}\"", name_of(rule_.profile)), "profile = \"content\", or no diff");
    }

    std::vector<const Node*> texts_of(const Node& node, std::string_view key, const std::string& right) {
        std::vector<const Node*> out;
        if (node.kind != Node::Kind::array) problem(node, fmt::format("{} is {}", key, name_of(node.kind)), right);
        for (const auto& item : node.items) {
            if (item.kind != Node::Kind::text)
                problem(item, fmt::format("{} holds {}", key, name_of(item.kind)), right);
            else
                out.push_back(&item);
        }
        return out;
    }

    // An exclude that can match nothing below the watch is likely a slip.
    void check_excludes() {
        const auto start = literal_start(rule_.path);
        const bool wild = has_wildcard(rule_.path);
        for (std::size_t i = 0; i < rule_.exclude.size() && !rule_.path.empty(); ++i) {
            const auto& pattern = rule_.exclude[i];
            if (!pattern.starts_with('/')) continue;
            const auto reach = literal_start(pattern);
            const bool beside = !is_within(reach, start) && !is_within(start, reach);
            const bool above = !wild && !has_wildcard(pattern) && is_within(start, reach);
            if (beside || above)
                draft_.warn({source_, exclude_at_[i]}, fmt::format("exclude \"{}\" matches nothing below \"{}\"", printable(pattern), printable(rule_.path)));
        }
    }

    void problem(const Node& node, std::string what, std::string right) { draft_.problems.add({source_, node.value}, std::move(what), std::move(right)); }
    void place(const std::string& key, const Node& node) { draft_.set_place(prefix_ + '.' + key, {source_, node.value}); }

    const SourceRef& source_;
    const Node& table_;
    Draft& draft_;
    std::string prefix_;
    Rule rule_;
    std::vector<Span> exclude_at_;
    const Node* diff_ = nullptr;
};

}  // namespace

std::span<const std::string_view> keys_of_watch() { return kKeys; }

void add_watches(const SourceRef& source, const Node& node, Draft& draft) {
    const bool tables = node.kind == Node::Kind::array &&
                        std::all_of(node.items.begin(), node.items.end(), [](const Node& item) { return item.kind == Node::Kind::table; });
    if (!tables) return draft.problems.add({source, node.key}, "`watch` is a list of tables", "write [[watch]], in double brackets, for each");
    for (const auto& table : node.items) {
        if (draft.loaded.config.watches.size() == kMostWatches)
            return draft.problems.add({source, table.value}, "too many watches", fmt::format("at most {}; a watch may hold globs", kMostWatches));
        WatchReader(source, table, draft).read();
    }
}

}  // namespace touchstone::config
