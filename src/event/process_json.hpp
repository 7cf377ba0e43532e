// process, user, container and the actors of touchstone.
#pragma once

#include <string>

#include "json_writer.hpp"
#include "touchstone/pending.hpp"

namespace touchstone {

// Null when nobody knows who wrote last, even if earlier writers are known: the last writer is never guessed.
const Actor* last_writer(const TouchedName& touch);
std::string actor_unknown(const TouchedName& touch);  // why, never ""

void write_process(JsonWriter& json, const Actor& actor, const std::string& user_name);  // process, user, container
void write_actors(JsonWriter& json, const TouchedName& touch);                           // members of touchstone

}  // namespace touchstone
