// Keys, approvals and files for the tests of approvals.
#pragma once

#include <string>

#include "support/scratch_directory.hpp"
#include "touchstone/approval.hpp"

namespace touchstone::test {

inline const std::string kHost = "0123456789abcdef0123456789abcdef";

WallTime at(int seconds);  // after a fixed moment
std::string sha256(const std::string& bytes);  // raw
ApprovedState file_of(const std::string& content);

// Two changes, valid from at(0) to at(3600), for kHost.
Approval sample();

// A new Ed25519 key pair: writes NAME.key and NAME.pem into the directory.
struct KeyPair {
    std::string private_file, public_file;
};
KeyPair make_keys(const ScratchDirectory& directory, const std::string& name, const char* algorithm = "ED25519");

// Fails the test when it cannot be signed.
std::string sign(const Approval& approval, const KeyPair& keys);

}  // namespace touchstone::test
