// The decoder of fanotify records, on any bytes.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "source/decode.hpp"

namespace {

void inspect(const touchstone::FanotifyObject& object) {
    if (touchstone::ObjectKey(1, object.handle).empty() && object.handle.bytes.size() <= touchstone::kMaxHandleBytes) std::abort();
}

void inspect(const touchstone::FanotifyName& name) {
    if (name.name.empty() || name.name.size() > 255 || name.name.find('/') != std::string_view::npos) std::abort();
    inspect(name.directory);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    std::size_t before = rest.size();
    while (const auto event = touchstone::decode_fanotify(rest)) {
        if (rest.size() >= before) std::abort();  // would never end
        before = rest.size();
        if (event->object) inspect(*event->object);
        for (const auto& name : {event->at, event->from, event->to}) {
            if (name) inspect(*name);
        }
    }
    return 0;
}
