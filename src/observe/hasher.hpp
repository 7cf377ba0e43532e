// One message digest at a time, through OpenSSL EVP.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "touchstone/digest.hpp"
#include "touchstone/result.hpp"

using EVP_MD = struct evp_md_st;
using EVP_MD_CTX = struct evp_md_ctx_st;

namespace touchstone {

// Not thread-safe. A failure inside OpenSSL sticks until begin(): finish() and peek() are then empty.
class Hasher {
public:
    // bad_input when the algorithm is not offered (a FIPS provider may lack it); the error says which are.
    static Result<Hasher> make(DigestAlgorithm algorithm);

    static bool is_offered(DigestAlgorithm algorithm) { return fetch(algorithm) != nullptr; }

    void begin();
    void update(std::string_view bytes);
    std::string finish();      // raw digest of what came since begin(), which must be called again
    std::string peek() const;  // the same, and more may follow

    DigestAlgorithm algorithm() const { return algorithm_; }

private:
    struct Free {
        void operator()(EVP_MD* digest) const;
        void operator()(EVP_MD_CTX* context) const;
    };
    using Digest = std::unique_ptr<EVP_MD, Free>;
    using Context = std::unique_ptr<EVP_MD_CTX, Free>;

    static Digest fetch(DigestAlgorithm algorithm);
    std::string result_of(EVP_MD_CTX* context) const;

    DigestAlgorithm algorithm_ = DigestAlgorithm::sha256;
    Digest digest_;
    Context running_;
    Context copy_;
    bool sound_ = false;
};

}  // namespace touchstone
