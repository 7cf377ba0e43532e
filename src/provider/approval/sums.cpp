// Lines of sha256sum(1) and its like: "HEX  NAME", "HEX *NAME" (binary), and "\HEX  NAME" with \\, \n and \r in the name.
#include <fmt/format.h>

#include <algorithm>

#include "approval/rules.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/manifest.hpp"

namespace touchstone {
namespace {

using approval::refuse;

std::optional<DigestAlgorithm> algorithm_of(std::size_t digits) {
    for (const auto algorithm : {DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512})
        if (digits == 2 * digest_size(algorithm)) return algorithm;
    return std::nullopt;
}

std::optional<std::string> unescaped(std::string_view name) {
    std::string out;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (name[at] != '\\') {
            out += name[at];
            continue;
        }
        if (++at == name.size()) return std::nullopt;
        if (name[at] != '\\' && name[at] != 'n' && name[at] != 'r') return std::nullopt;
        out += name[at] == 'n' ? '\n' : name[at] == 'r' ? '\r' : '\\';
    }
    return out;
}

struct Sum {
    DigestAlgorithm algorithm = DigestAlgorithm::sha256;
    std::string raw;
    std::string name;
};

std::optional<Sum> sum_in(std::string_view line) {
    const bool escaped = line.starts_with('\\');
    if (escaped) line.remove_prefix(1);
    const auto digits = line.find(' ');
    if (digits == std::string_view::npos || line.size() < digits + 3 || (line[digits + 1] != ' ' && line[digits + 1] != '*')) return std::nullopt;
    const auto algorithm = algorithm_of(digits);
    auto raw = from_hex(line.substr(0, digits));
    const auto name = line.substr(digits + 2);
    auto plain = escaped ? unescaped(name) : std::optional<std::string>(name);
    if (!algorithm || !raw || !plain) return std::nullopt;
    return Sum{*algorithm, std::move(*raw), std::move(*plain)};
}

}  // namespace

// A name may be listed once for each algorithm.
Result<Listing> parse_sums(std::string_view text, const std::string& root) {
    Listing out;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        at = end + 1;
        ++number;
        if (line.empty()) continue;
        auto sum = sum_in(line);
        if (!sum) return refuse(fmt::format("line {} is not one of sha256sum, sha384sum or sha512sum: {}", number, printable(line.substr(0, 200))));
        const auto path = place(root, sum->name);
        if (!path) return refuse(fmt::format("line {}: {}", number, path.error().what));
        auto& state = out[*path];
        state.kind = ApprovedState::Kind::file;
        if (!state.digests.emplace(sum->algorithm, std::move(sum->raw)).second)
            return refuse(fmt::format("line {}: {} is listed twice", number, printable(*path)));
    }
    return out;
}

}  // namespace touchstone
