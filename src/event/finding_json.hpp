// The parts of a finding's JSON: file, error, touchstone.
#pragma once

#include "json_writer.hpp"
#include "touchstone/event.hpp"

namespace touchstone {

// What the event shows of the object: as it is now, as far as it could be seen, or (vanished) as it last was. May be null.
const Attributes* shown(const Finding& finding);

void write_path_hex(JsonWriter& json, std::string_view key, std::string_view path);  // only when the path is not UTF-8
void write_file(JsonWriter& json, const Finding& finding, const Event& event);
void write_error(JsonWriter& json, const Unreadable& unreadable);
void write_touchstone(JsonWriter& json, const Finding& finding, const Event& event);

}  // namespace touchstone
