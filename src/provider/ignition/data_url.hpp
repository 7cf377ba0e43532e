// Contents that stand in a configuration itself: data URLs (RFC 2397), plain or gzip.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "touchstone/result.hpp"

namespace touchstone::ignition {

// nullopt: it is a URL of another kind. bad_input: it is a data URL that cannot be decoded.
Result<std::optional<std::string>> decode_data_url(std::string_view url);

// bad_input: it is not gzip, is cut short, or grows beyond `most` bytes.
Result<std::string> gunzip(std::string_view compressed, std::size_t most);

}  // namespace touchstone::ignition
