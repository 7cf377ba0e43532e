#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "format.hpp"
#include "store/integers.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kHashedAtOnce = 64 << 10;

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new()) { good_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1; }
    void add(std::string_view bytes) { good_ = good_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1; }
    Result<std::string> hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        good_ = good_ && EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1;
        if (!good_) return fail(Error{"compute SHA-256: OpenSSL refuses", ErrorKind::system, EIO});
        return to_hex({reinterpret_cast<const char*>(digest.data()), size});
    }

private:
    std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
    bool good_ = false;
};

// Tagged and length-prefixed, so that no two tables' contents give the same bytes.
void append_value(std::string& out, const store::Value& value) {
    if (value.is_null()) {
        out += 'n';
    } else if (value.is_integer()) {
        out += 'i';
        store::append_integer(out, value.integer());
    } else {
        const auto bytes = value.blob();
        out += 'b';
        store::append_integer(out, std::uint64_t{bytes.size()});
        out += bytes;
    }
}

Status add_rows(store::Database& database, const char* sql, Sha256& hash) {
    auto query = database.query(sql);
    if (!query) return fail(query.error());
    std::string rows;
    for (const int columns = query->columns();;) {
        const auto found = query->step();
        if (!found) return fail(found.error());
        if (!*found) break;
        rows += 'r';
        for (int column = 0; column < columns; ++column) append_value(rows, query->value(column));
        if (rows.size() < kHashedAtOnce) continue;
        hash.add(rows);
        rows.clear();
    }
    hash.add(rows += 'e');
    return {};
}

}  // namespace

Result<std::string> content_id(store::Database& database) {
    const auto version = database.number("PRAGMA user_version");
    if (!version) return fail(version.error());
    Sha256 hash;
    hash.add(fmt::format("touchstone baseline {}\n", *version));
    for (const char* sql : {"SELECT key,value FROM info WHERE key<>x'6964' ORDER BY key",
                            "SELECT sequence,at,who,note,paths FROM acceptance ORDER BY sequence",
                            "SELECT " TS_OBJECT_COLUMNS " FROM object ORDER BY dir,name"})
        if (auto done = add_rows(database, sql, hash); !done) return fail(done.error());
    return hash.hex();
}

}  // namespace touchstone
