// librpm: its handles, and the one lock around it, for its macros, log and caches are global.
#pragma once

#include <rpm/header.h>
#include <rpm/rpmdb.h>
#include <rpm/rpmfiles.h>
#include <rpm/rpmkeyring.h>
#include <rpm/rpmpgp.h>
#include <rpm/rpmtd.h>
#include <rpm/rpmts.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace touchstone::rpm {

// Held during every call of librpm. Its configuration files are never read: they may run programs.
class Library {
public:
    Library();
    std::string last_message() const;  // what librpm logged since this was made, one line; "" when nothing went wrong

private:
    std::lock_guard<std::mutex> held_;
};

struct Free {
    void operator()(rpmts set) const { rpmtsFree(set); }
    void operator()(Header header) const { headerFree(header); }
    void operator()(rpmfiles files) const { rpmfilesFree(files); }
    void operator()(rpmdbMatchIterator matches) const { rpmdbFreeIterator(matches); }
    void operator()(rpmdbIndexIterator keys) const { rpmdbIndexIteratorFree(keys); }
    void operator()(rpmPubkey key) const { rpmPubkeyFree(key); }
    void operator()(pgpDigParams params) const { pgpDigParamsFree(params); }
};
template <class Handle>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Free>;

// One tag of a header, copied by librpm; empty when the header has none such.
class Tag {
public:
    Tag(Header header, rpmTagVal tag) { rpmtdReset(&data_), there_ = headerGet(header, tag, &data_, HEADERGET_ALLOC) == 1; }
    Tag(const Tag&) = delete;
    Tag& operator=(const Tag&) = delete;
    ~Tag() { rpmtdFreeData(&data_); }
    // Of a binary tag; "" of any other.
    std::string_view bytes() const;
    // Of a tag of characters (RPM_CHAR_TYPE), which file states are.
    std::string_view characters() const;
    // The next string of a string or string array; null after the last.
    const char* next_string() { return there_ ? rpmtdNextString(&data_) : nullptr; }

private:
    rpmtd_s data_;
    bool there_ = false;
};

}  // namespace touchstone::rpm
