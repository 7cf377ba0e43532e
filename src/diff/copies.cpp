#include "copies.hpp"

#include <fmt/format.h>

#include <vector>

#include "hasher.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::diff {
namespace {

struct Place {
    std::int64_t id, bytes;
};

}  // namespace

Result<Copies> Copies::open(std::string state_directory, DigestAlgorithm digest, std::string& recovered) {
    auto database = open_copies(state_directory);
    if (!database && database.error().kind == ErrorKind::corrupt) {
        recovered = fmt::format("the copies of texts were damaged ({}); they were removed, and are made anew", printable(database.error().what));
        if (auto removed = remove_copies(state_directory); !removed) return fail(removed.error());
        database = open_copies(state_directory);
    }
    if (!database) return fail(database.error());
    Copies made(std::move(*database), digest);
    if (auto counted = made.count_all(); !counted) return fail(counted.error());
    return made;
}

Status Copies::count_all() {
    const auto count = database_->number("SELECT count(*) FROM copy");
    if (!count) return fail(count.error());
    const auto bytes = database_->number("SELECT coalesce(sum(length(content)),0) FROM copy");
    if (!bytes) return fail(bytes.error());
    count_ = static_cast<std::uint64_t>(*count);
    bytes_ = static_cast<std::uint64_t>(*bytes);
    return {};
}

// After a failure what was counted within it is counted anew.
template <class Work>
auto Copies::in_transaction(const Work& work) -> decltype(work()) {
    if (auto begun = database_->execute("BEGIN IMMEDIATE"); !begun) return fail(begun.error());
    const auto count = count_, bytes = bytes_;
    auto done = work();
    if (done)
        if (auto committed = database_->execute("COMMIT"); !committed) done = fail(committed.error());
    if (done) return done;
    if (database_->in_transaction()) (void)database_->execute("ROLLBACK");
    count_ = count;
    bytes_ = bytes;
    return done;
}

bool Copies::has(std::string_view path) {
    auto query = database_->query("SELECT 1 FROM copy WHERE path=?1 LIMIT 1");
    if (!query) return false;
    const auto row = query->bind_blob(1, path).step();
    return row && *row;
}

Result<std::optional<std::string>> Copies::find(std::string_view path, std::string_view digest, std::uint64_t most) {
    auto query = database_->query("SELECT content FROM copy WHERE path=?1 AND digest=?2 AND length(content)<=?3");
    if (!query) return fail(query.error());
    const auto row = query->bind_blob(1, path).bind_blob(2, digest).bind(3, static_cast<std::int64_t>(most)).step();
    if (!row) return fail(row.error());
    if (!*row) return std::optional<std::string>();
    std::string content(query->blob(0));
    auto hasher = Hasher::make(digest_);
    if (!hasher) return fail(hasher.error());
    hasher->begin();
    hasher->update(content);
    if (hasher->finish() != digest) return fail(database_->corrupt("a copy is not what it was"));
    return std::optional(std::move(content));
}

Status Copies::forget(std::int64_t id, std::int64_t bytes) {
    auto query = database_->query("DELETE FROM copy WHERE id=?1");
    if (!query) return fail(query.error());
    if (auto done = query->bind(1, id).run(); !done) return done;
    --count_;
    bytes_ -= static_cast<std::uint64_t>(bytes);
    return {};
}

Status Copies::drop_others(const Copy& copy, std::string_view also) {
    std::vector<Place> others;
    {
        auto query = database_->query("SELECT id,length(content) FROM copy WHERE path=?1 AND digest<>?2 AND digest<>?3");
        if (!query) return fail(query.error());
        query->bind_blob(1, copy.path).bind_blob(2, copy.digest).bind_blob(3, also);
        for (auto row = query->step();; row = query->step()) {
            if (!row) return fail(row.error());
            if (!*row) break;
            others.push_back({query->integer(0), query->integer(1)});
        }
    }
    for (const auto& each : others)
        if (auto done = forget(each.id, each.bytes); !done) return done;
    return {};
}

Result<bool> Copies::put_within(const Copy& copy, std::string_view also, const Limits& limits) {
    if (auto done = drop_others(copy, also); !done) return fail(done.error());
    {
        auto known = database_->query("SELECT private FROM copy WHERE path=?1 AND digest=?2");
        if (!known) return fail(known.error());
        const auto row = known->bind_blob(1, copy.path).bind_blob(2, copy.digest).step();
        if (!row) return fail(row.error());
        if (*row && known->integer(0) == copy.is_private) return true;
    }
    {
        auto marked = database_->query("UPDATE copy SET private=?3 WHERE path=?1 AND digest=?2");
        if (!marked) return fail(marked.error());
        if (auto done = marked->bind_blob(1, copy.path).bind_blob(2, copy.digest).bind(3, copy.is_private).run(); !done) return fail(done.error());
        if (database_->changes() > 0) return true;
    }
    if (count_ >= limits.copies || bytes_ + copy.content.size() > limits.bytes) return false;
    auto insert = database_->query("INSERT INTO copy(path,digest,private,content) VALUES(?1,?2,?3,?4)");
    if (!insert) return fail(insert.error());
    insert->bind_blob(1, copy.path).bind_blob(2, copy.digest).bind(3, copy.is_private).bind_blob(4, copy.content);
    if (auto done = insert->run(); !done) return fail(done.error());
    ++count_;
    bytes_ += copy.content.size();
    return true;
}

Result<bool> Copies::put(const Copy& copy, std::string_view also, const Limits& limits) {
    return in_transaction([&] { return put_within(copy, also, limits); });
}

Status Copies::drop(std::string_view path) {
    if (!has(path)) return {};
    return in_transaction([&] { return drop_others({path, "", "", false}, ""); });
}

Status Copies::sift(const std::function<bool(const std::string& path, bool is_private)>& wanted) {
    std::vector<Place> unwanted;
    {
        auto query = database_->query("SELECT id,length(content),path,private FROM copy");
        if (!query) return fail(query.error());
        for (auto row = query->step();; row = query->step()) {
            if (!row) return fail(row.error());
            if (!*row) break;
            if (!wanted(std::string(query->blob(2)), query->integer(3) != 0)) unwanted.push_back({query->integer(0), query->integer(1)});
        }
    }
    if (unwanted.empty()) return {};
    auto done = in_transaction([&]() -> Status {
        for (const auto& each : unwanted)
            if (auto gone = forget(each.id, each.bytes); !gone) return gone;
        return {};
    });
    if (!done) return done;
    return database_->execute("PRAGMA wal_checkpoint(TRUNCATE)");  // it still stands in the log
}

}  // namespace touchstone::diff
