// What all threads that ask a provider have in common: one object for each key, for as long as any of them has it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace touchstone {

// Made of its key when nobody has it. Any thread; the object has to be thread-safe itself.
template <class Thing>
std::shared_ptr<Thing> shared_by(const std::string& key) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Thing>> all;
    const std::lock_guard lock(mutex);
    auto& entry = all[key];
    auto thing = entry.lock();
    if (!thing) entry = thing = std::make_shared<Thing>(key);
    return thing;
}

}  // namespace touchstone
