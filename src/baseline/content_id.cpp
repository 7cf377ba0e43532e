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

void append_blob(std::string& out, std::string_view bytes) {
    out += 'b';
    store::append_integer(out, std::uint64_t{bytes.size()});
    out += bytes;
}

// Tagged and length-prefixed, so that no two tables' contents give the same bytes.
void append_value(std::string& out, const store::Value& value) {
    if (value.is_null()) {
        out += 'n';
    } else if (value.is_integer()) {
        out += 'i';
        store::append_integer(out, value.integer());
    } else {
        append_blob(out, value.blob());
    }
}

// The rows of one table, hashed many at once.
class Rows {
public:
    explicit Rows(Sha256& hash) : hash_(hash) {}

    void begin_row() {
        if (bytes_.size() >= kHashedAtOnce) {
            hash_.add(bytes_);
            bytes_.clear();
        }
        bytes_ += 'r';
    }
    void add(const store::Value& value) { append_value(bytes_, value); }
    void add_blob(std::string_view blob) { append_blob(bytes_, blob); }
    void end() { hash_.add(bytes_ += 'e'); }

private:
    Sha256& hash_;
    std::string bytes_;
};

Status add_rows(store::Database& database, const char* sql, Sha256& hash) {
    auto query = database.query(sql);
    if (!query) return fail(query.error());
    Rows rows(hash);
    for (const int columns = query->columns();;) {
        const auto found = query->step();
        if (!found) return fail(found.error());
        if (!*found) break;
        rows.begin_row();
        for (int column = 0; column < columns; ++column) rows.add(query->value(column));
    }
    rows.end();
    return {};
}

// With the path of the directory in place of its id, which says nothing.
Status add_objects(store::Database& database, Sha256& hash) {
    Rows rows(hash);
    for (store::RowCursor cursor(database);;) {
        const auto found = cursor.next();
        if (!found) return fail(found.error());
        if (!*found) break;
        rows.begin_row();
        rows.add_blob(cursor.directory());
        for (int column = 0; column < store::kRowColumns; ++column) rows.add(cursor.row().value(column));
    }
    rows.end();
    return {};
}

}  // namespace

Result<std::string> content_id(store::Database& database) {
    const auto version = database.number("PRAGMA user_version");
    if (!version) return fail(version.error());
    Sha256 hash;
    hash.add(fmt::format("touchstone baseline {}\n", *version));
    for (const char* sql : {"SELECT key,value FROM info WHERE key<>x'6964' ORDER BY key",
                            "SELECT sequence,at,who,note,paths FROM acceptance ORDER BY sequence"})
        if (auto done = add_rows(database, sql, hash); !done) return fail(done.error());
    if (auto done = add_objects(database, hash); !done) return fail(done.error());
    return hash.hex();
}

}  // namespace touchstone
