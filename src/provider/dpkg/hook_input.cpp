#include "dpkg/hook_input.hpp"

#include <fmt/format.h>

#include <array>

#include "touchstone/bytes.hpp"

namespace touchstone::dpkg {
namespace {

constexpr std::size_t kMaxChanges = 100'000;

std::string_view next_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

// In configuration values, bytes may be written %XX.
std::string unquoted(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = text[at] == '%' && at + 2 < text.size() ? from_hex(text.substr(at + 1, 2)) : std::nullopt;
        if (byte) at += 2;
        byte ? out += *byte : out += text[at];
    }
    return out;
}

std::string none_is_empty(std::string_view version) { return version == "-" ? std::string() : std::string(version); }

Error no_hook_input(std::string why) { return Error{"what apt told: " + std::move(why), ErrorKind::bad_input, 0}; }

// NAME OLD ARCH MULTIARCH < NEW ARCH MULTIARCH ACTION
Status parse_change(std::string_view line, HookInput& input) {
    std::array<std::string_view, 8> words;
    auto rest = line;
    for (auto& word : words) {
        const auto blank = rest.find(' ');
        if (blank == std::string_view::npos) return fail(no_hook_input(fmt::format("a line is cut: {}", printable(line))));
        word = rest.substr(0, blank);
        rest.remove_prefix(blank + 1);
    }
    if (rest.empty()) return fail(no_hook_input(fmt::format("a line is cut: {}", printable(line))));
    if (rest == "**CONFIGURE**") return {};
    const std::string name(words[0]), old_version = none_is_empty(words[1]), new_version = none_is_empty(words[5]);
    const std::string old_architecture = none_is_empty(words[2]), new_architecture = none_is_empty(words[6]);
    const bool removal = !rest.starts_with('/');
    if (removal && rest != "**REMOVE**") return fail(no_hook_input(fmt::format("no action: {}", printable(rest))));
    const bool moves = removal || (!old_version.empty() && old_architecture != new_architecture);  // nothing takes the old one's place as it is
    if (moves) input.changes.push_back({{name, old_architecture, old_version, "", ""}, ""});
    if (!removal) input.changes.push_back({{name, new_architecture, moves ? "" : old_version, new_version, ""}, std::string(rest)});
    if (input.changes.size() > kMaxChanges) return fail(no_hook_input("there are too many packages"));
    return {};
}

}  // namespace

Result<HookInput> parse_hook_input(std::string_view text) {
    if (next_line(text) != "VERSION 3") return fail(no_hook_input("it is not protocol version 3 (see DPkg::Tools::Options in apt.conf(5))"));
    HookInput input;
    bool blank = false;
    while (!text.empty() && !blank) {
        const auto line = next_line(text);
        constexpr std::string_view kCommand = "CommandLine::AsString=";
        if (line.starts_with(kCommand)) input.command_line = unquoted(line.substr(kCommand.size()));
        blank = line.empty();
    }
    if (!blank) return fail(no_hook_input("it is cut"));
    while (!text.empty())
        if (const auto line = next_line(text); !line.empty())
            if (auto done = parse_change(line, input); !done) return fail(done.error());
    return input;
}

}  // namespace touchstone::dpkg
