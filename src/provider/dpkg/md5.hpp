// MD5, of dpkg's lists: weak, and not offered where OpenSSL is told to keep to FIPS.
#pragma once

#include <memory>
#include <string>
#include <string_view>

using EVP_MD_CTX = struct evp_md_ctx_st;

namespace touchstone::dpkg {

bool md5_is_offered();

class Md5 {
public:
    Md5();
    void update(std::string_view bytes);
    std::string finish();  // hexadecimal; "" when OpenSSL refused

private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const;
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
    bool sound_ = false;
};

}  // namespace touchstone::dpkg
