#include "library.hpp"

#include <rpm/rpmcrypto.h>
#include <rpm/rpmlog.h>

#include "touchstone/bytes.hpp"

namespace touchstone::rpm {
namespace {

std::mutex one_at_a_time;
std::string message;  // under the lock

int keep(rpmlogRec record, rpmlogCallbackData) {
    if (rpmlogRecPriority(record) <= RPMLOG_WARNING) {
        message = printable(rpmlogRecMessage(record));
        if (message.ends_with("\\x0A")) message.resize(message.size() - 4);
    }
    return 0;
}

}  // namespace

Library::Library() : held_(one_at_a_time) {
    static const bool ready = [] {
        rpmlogSetCallback(keep, nullptr);
        return rpmInitCrypto() == 0;
    }();
    static_cast<void>(ready);  // without, no signature verifies
    message.clear();
}

std::string Library::last_message() const { return message; }

std::string_view Tag::bytes() const {
    return there_ && rpmtdType(const_cast<rpmtd>(&data_)) == RPM_BIN_TYPE ? std::string_view(static_cast<const char*>(data_.data), data_.count) : std::string_view();
}

std::string_view Tag::characters() const {
    return there_ && rpmtdType(const_cast<rpmtd>(&data_)) == RPM_CHAR_TYPE ? std::string_view(static_cast<const char*>(data_.data), data_.count) : std::string_view();
}

}  // namespace touchstone::rpm
