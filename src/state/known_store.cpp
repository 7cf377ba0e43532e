#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "directory.hpp"
#include "format.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {

struct KnownStore::Impl {
    std::optional<BaselineReader> baseline;
    std::unique_ptr<store::Database> database;
    std::optional<ObjectTable> reported;

    Status merge(const std::string& directory, const std::function<bool(const Glance&)>& visit);
};

namespace {

bool is_missing(const Error& error) { return error.code == ENOENT || error.code == ENOTDIR; }

Result<std::optional<BaselineReader>> open_baseline(const std::string& file) {
    if (file.empty()) return std::nullopt;
    auto opened = BaselineReader::open(file);
    if (opened) return std::optional<BaselineReader>(std::move(*opened));
    if (is_missing(opened.error())) return std::nullopt;
    return fail(opened.error());
}

Result<std::unique_ptr<store::Database>> open_and_check(const std::string& file, store::Access access) {
    auto database = store::Database::open(file, access);
    if (!database) return database;
    const auto blank = (*database)->is_blank();
    if (!blank) return fail(blank.error());
    if (*blank) return std::unique_ptr<store::Database>();  // a daemon is just making it
    if (auto good = (*database)->check_format(kStateFormat); !good) return fail(good.error());
    return database;
}

// Null: there is none.
Result<std::unique_ptr<store::Database>> open_reported(const std::string& directory) {
    if (directory.empty()) return std::unique_ptr<store::Database>();
    const auto file = state_file(directory);
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) {
        auto error = system_error(fmt::format("open {}", printable(file)));
        if (is_missing(error)) return std::unique_ptr<store::Database>();
        return fail(std::move(error));
    }
    if (!S_ISREG(status.st_mode)) return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
    auto database = open_and_check(file, store::Access::read);
    if (database || database.error().kind == ErrorKind::corrupt) return database;
    // A reader that may not make the files beside a write-ahead log (read-only directory, another user) can do without them when no
    // daemon runs: then there is no log and the database is whole.
    const bool log = ::stat((file + "-wal").c_str(), &status) == 0 && status.st_size > 0;
    return log ? std::move(database) : open_and_check(file, store::Access::immutable);
}

}  // namespace

KnownStore::KnownStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KnownStore::KnownStore(KnownStore&&) noexcept = default;
KnownStore& KnownStore::operator=(KnownStore&&) noexcept = default;
KnownStore::~KnownStore() = default;

Result<KnownStore> KnownStore::open(const std::string& baseline_file, const std::string& state_directory) {
    auto impl = std::make_unique<Impl>();
    auto baseline = open_baseline(baseline_file);
    if (!baseline) return fail(baseline.error());
    if (*baseline) impl->baseline.emplace(std::move(**baseline));
    auto database = open_reported(state_directory);
    if (!database) return fail(database.error());
    impl->database = std::move(*database);
    if (impl->database) impl->reported.emplace(*impl->database);
    return KnownStore(std::move(impl));
}

BaselineReader* KnownStore::baseline() { return impl_->baseline ? &*impl_->baseline : nullptr; }

Result<std::optional<Observation>> KnownStore::find(const std::string& path) {
    if (impl_->reported) {
        auto found = impl_->reported->find(path);
        if (!found || *found) return found;
    }
    return impl_->baseline ? impl_->baseline->find(path) : Result<std::optional<Observation>>(std::nullopt);
}

// Two ordered lists: what was last reported wins over the baseline's row of the same name, and an absence hides it.
Status KnownStore::Impl::merge(const std::string& directory, const std::function<bool(const Glance&)>& visit) {
    GlanceCursor cursor(*database);
    if (auto opened = cursor.open(directory); !opened) return opened;
    auto more = cursor.next();
    Status failed;
    bool stopped = false;
    const auto show_reported_before = [&](const std::string* name) {
        while (more && *more && !stopped && (name == nullptr || cursor.glance().name < *name)) {
            stopped = !cursor.absent() && !visit(cursor.glance());
            if (!stopped) more = cursor.next();
        }
        if (!more) failed = fail(more.error());
        return failed.has_value() && !stopped;
    };
    const auto in_baseline = [&](const Glance& glance) {
        if (!show_reported_before(&glance.name)) return false;
        if (!*more || cursor.glance().name != glance.name) {
            stopped = !visit(glance);
            return !stopped;
        }
        stopped = !cursor.absent() && !visit(cursor.glance());
        if (stopped) return false;
        more = cursor.next();
        if (!more) failed = fail(more.error());
        return failed.has_value();
    };
    if (baseline)
        if (auto read = baseline->children(directory, in_baseline); !read) return read;
    if (failed && !stopped) show_reported_before(nullptr);
    return failed;
}

Status KnownStore::children(const std::string& directory, const std::function<bool(const Glance&)>& visit) {
    if (impl_->reported) return impl_->merge(directory, visit);
    return impl_->baseline ? impl_->baseline->children(directory, visit) : Status{};
}

Result<std::optional<std::string>> KnownStore::next_directory(const std::string& scope, const std::string& after) {
    Result<std::optional<std::string>> first = std::nullopt;
    if (impl_->reported) first = impl_->reported->next_directory(scope, after);
    if (!first || !impl_->baseline) return first;
    auto in_baseline = impl_->baseline->next_directory(scope, after);
    const bool sooner = !in_baseline || (*in_baseline && (!*first || **in_baseline < **first));
    return sooner ? std::move(in_baseline) : std::move(first);
}

Result<std::vector<std::string>> KnownStore::paths_of(ObjectId id) {
    std::vector<std::string> out;
    if (impl_->reported) {
        auto reported = impl_->reported->paths_of(id);
        if (!reported) return reported;
        out = std::move(*reported);
    }
    if (!impl_->baseline) return out;
    const auto in_baseline = impl_->baseline->paths_of(id);
    if (!in_baseline) return in_baseline;
    for (const auto& path : *in_baseline) {
        const auto overridden = impl_->reported ? impl_->reported->holds(path) : Result<bool>(false);
        if (!overridden) return fail(overridden.error());
        if (!*overridden) out.push_back(path);
    }
    std::sort(out.begin(), out.end());
    return out;
}

// One read transaction for many statements. When it fails they are read one by one, as ever.
void KnownStore::hold() {
    if (!impl_->database) return;
    if (impl_->database->in_transaction()) static_cast<void>(impl_->database->execute("COMMIT"));
    static_cast<void>(impl_->database->execute("BEGIN"));
}

Status KnownStore::each_reported(const std::string& scope, const std::function<bool(const Observation&)>& visit) {
    return impl_->reported ? impl_->reported->each(scope, visit) : Status{};
}

Result<std::optional<std::string>> KnownStore::value(const std::string& key) {
    if (!impl_->database) return std::nullopt;
    return read_value(*impl_->database, key);
}

}  // namespace touchstone
