// Takes packed values off the front of bytes, which must outlive it. Once something does not fit, failed() stays true and what is taken is empty or 0.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/integers.hpp"

namespace touchstone::store {

class Taker {
public:
    explicit Taker(std::string_view bytes) : rest_(bytes) {}
    bool failed() const { return failed_; }
    bool more() const { return !failed_ && !rest_.empty(); }
    bool finished() const { return !failed_ && rest_.empty(); }  // all was taken, and no more

    template <class Integer>
    Integer integer() {
        const auto bytes = take(sizeof(Integer));
        return bytes.empty() ? Integer{0} : integer_at<Integer>(bytes.data());
    }
    std::string_view string() { return take(integer<std::uint32_t>()); }

private:
    std::string_view take(std::size_t size) {
        if (failed_ || size > rest_.size()) {
            failed_ = true;
            return {};
        }
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace touchstone::store
