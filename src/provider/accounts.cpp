#include "accounts.hpp"

#include <charconv>
#include <string_view>

namespace touchstone {
namespace {

constexpr std::size_t kMost = 16 << 20;  // bytes of such a file

// "name:password:id:..." of both files.
std::map<std::string, std::uint32_t> ids_of(std::string_view text) {
    std::map<std::string, std::uint32_t> ids;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto name_end = line.find(':');
        const auto password_end = name_end == line.npos ? line.npos : line.find(':', name_end + 1);
        if (name_end == 0 || password_end == line.npos) continue;
        const auto rest = line.substr(password_end + 1);
        const auto number = rest.substr(0, rest.find(':'));
        std::uint32_t id = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), id);
        if (error == std::errc() && end == number.data() + number.size()) ids.emplace(line.substr(0, name_end), id);
    }
    return ids;
}

}  // namespace

std::optional<std::uint32_t> Accounts::Names::id_of(const std::string& name) {
    if (name == "root") return 0;
    if (const auto state = file_state(path_); state != read_in_) {
        const auto read = read_file(path_, kMost);
        ids_ = read ? ids_of(read->content) : decltype(ids_)();
        read_in_ = read ? file_state(read->status) : FileState{};
    }
    const auto at = ids_.find(name);
    return at == ids_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace touchstone
