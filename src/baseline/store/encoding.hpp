// Values that are packed into others, as docs/formats.md specifies them. Decoding trusts nothing: nullopt for anything but what encoding makes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/object.hpp"

namespace touchstone::store {

using Xattrs = std::map<std::string, std::string>;

void append_string(std::string& out, std::string_view bytes);

std::string encode_strings(const std::vector<std::string>& strings);
std::optional<std::vector<std::string>> decode_strings(std::string_view bytes);

void append_xattrs(std::string& out, const Xattrs& xattrs);
std::optional<Xattrs> decode_xattrs(std::string_view bytes);

void append_blocks(std::string& out, const BlockDigests& blocks);
std::optional<BlockDigests> decode_blocks(std::string_view bytes);

// One digest for each whole block, all of one length, and a tail exactly when something follows the last whole block.
bool is_consistent(const BlockDigests& blocks);

}  // namespace touchstone::store
