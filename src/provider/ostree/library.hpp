// libostree: its handles, and its errors as values.
#pragma once

#include <ostree.h>

#include <memory>
#include <string>
#include <string_view>

#include "touchstone/bytes.hpp"
#include "touchstone/result.hpp"

namespace touchstone::ostree {

struct Free {
    void operator()(GVariant* variant) const { g_variant_unref(variant); }
    void operator()(GKeyFile* file) const { g_key_file_unref(file); }
    void operator()(GError* error) const { g_error_free(error); }
    void operator()(char* text) const { g_free(text); }
    void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;
using Variant = Owned<GVariant>;

// The `GError**` of a call, and what it said.
class Told {
public:
    Told() = default;
    Told(const Told&) = delete;
    Told& operator=(const Told&) = delete;
    ~Told() { g_clear_error(&error_); }
    operator GError**() { return &error_; }
    bool not_found() const { return g_error_matches(error_, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) != FALSE; }
    std::string text() const { return error_ != nullptr ? printable(error_->message) : "libostree gives no reason"; }

private:
    GError* error_ = nullptr;
};

inline std::string_view bytes_of(GVariant* variant) {
    const auto* data = static_cast<const char*>(g_variant_get_data(variant));
    return data != nullptr ? std::string_view(data, g_variant_get_size(variant)) : std::string_view();
}

}  // namespace touchstone::ostree
