#include "json_text.hpp"

#include "touchstone/bytes.hpp"

namespace touchstone::cli {

void put_path(nlohmann::json& out, const std::string& key, std::string_view path) {
    out[key] = escape_invalid_utf8(path);
    if (!is_utf8(path)) out[key + "_hex"] = to_hex(path);
}

std::string to_text(const nlohmann::json& json) { return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"; }

}  // namespace touchstone::cli
