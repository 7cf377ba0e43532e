// Built-in signatures of fs-verity: PKCS#7, detached, over what the kernel measures of a file.
#pragma once

#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "touchstone/result.hpp"

namespace touchstone::verity {

struct Sealed {
    std::uint16_t algorithm = 0;  // FS_VERITY_HASH_ALG_*
    std::string digest;           // raw, as FS_IOC_MEASURE_VERITY gives it
    std::string signature;        // DER
};

// Those who may sign. Believed as they are: no chain is followed, and like the kernel's keyring they do not expire.
class Certificates {
public:
    // bad_input: a file that holds no certificate in PEM; named.
    static Result<Certificates> load(const std::vector<std::string>& paths);

    // "FINGERPRINT (SUBJECT)" of the certificate that signed; "" when none of these did, or over a digest that is broken (MD5, SHA-1).
    std::string signer_of(const Sealed& sealed) const;

private:
    struct Free {
        void operator()(X509* certificate) const { X509_free(certificate); }
    };
    std::vector<std::unique_ptr<X509, Free>> certificates_;
};

}  // namespace touchstone::verity
