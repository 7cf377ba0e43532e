#include "unit/touch/drive.hpp"

#include <algorithm>

namespace drive {

Touch touch(Act act, const std::string& path, std::int64_t at) {
    Touch touch;
    touch.path = path;
    touch.act = act;
    touch.at = ms(at);
    touch.wall = WallTime(std::chrono::milliseconds(at));
    return touch;
}

Touch rename(const std::string& from, const std::string& to, std::int64_t at) {
    auto moved = touch(Act::moved, from, at);
    moved.other_path = to;
    return moved;
}

Touch rename_directory(const std::string& from, const std::string& to, std::int64_t at) {
    auto moved = rename(from, to, at);
    moved.directory = true;
    return moved;
}

ActorRef actor(const std::string& name) {
    auto actor = std::make_shared<Actor>();
    actor->process.entity_id = actor->process.name = name;
    return actor;
}

std::string names_of(const std::optional<TouchSet::Taken>& taken) {
    if (!taken) return {};
    std::vector<std::string> names;
    for (const auto& name : taken->pending.names) names.push_back(name.path);
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : " ") + name;
    return text;
}

std::string renames_of(const Pending& pending) {
    std::string text;
    for (const auto& rename : pending.renames) text += (text.empty() ? "" : " ") + rename.from + ">" + rename.to;
    return text;
}

std::string taken(TouchSet& set, std::int64_t at) {
    const auto group = set.take(ms(at));
    if (group) set.done(group->token, ms(at));
    return names_of(group);
}

std::int64_t next(const TouchSet& set) {
    const auto ready = set.next_ready();
    return ready ? std::chrono::duration_cast<std::chrono::milliseconds>(ready->time_since_epoch()).count() : -1;
}

}  // namespace drive
