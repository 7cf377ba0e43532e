// The keys imported into a database, and who signed a package's header by them.
#pragma once

#include <string>
#include <vector>

#include "library.hpp"

namespace touchstone::rpm {

// Under the library's lock.
class Keys {
public:
    void add(Header pubkey);  // a package gpg-pubkey; what it cannot be read from is left out
    // "FINGERPRINT (NAME)" of the key whose signature the header's immutable region bears; "" when it bears none of a key known here, or one over a digest
    // that is broken (MD5, SHA-1). What stands outside that region is signed by nobody.
    std::string signer_of(Header header) const;
    bool operator==(const Keys& other) const;

private:
    struct Key {
        std::string id;     // raw, eight bytes
        std::string shown;
        Owned<rpmPubkey> key;
    };
    std::vector<Key> keys_;
};

}  // namespace touchstone::rpm
