#include <fmt/format.h>

#include "touchstone/observe.hpp"
#include "touchstone/runtime.hpp"

namespace touchstone {

Status check_digest(const LoadedConfig& loaded) {
    const auto observer = Observer::make(loaded.config.baseline.digest);
    if (observer) return {};
    auto error = observer.error();
    const auto origin = loaded.origins.find("baseline.digest");
    const bool written = origin != loaded.origins.end() && origin->second != "default";
    error.what = fmt::format("{}: baseline.digest{}: {}", written ? origin->second : loaded.files.front(), written ? "" : ", by default", error.what);
    return fail(std::move(error));
}

}  // namespace touchstone
