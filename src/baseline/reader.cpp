#include <fmt/format.h>
#include <sys/stat.h>

#include "format.hpp"
#include "store/directory_steps.hpp"
#include "store/encoding.hpp"
#include "store/stored.hpp"
#include "touchstone/baseline.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {

struct BaselineReader::Impl {
    explicit Impl(std::unique_ptr<store::Database> opened) : database(std::move(opened)) {}

    // Whether to go on, as the visitor says.
    Result<bool> visit_rows(store::RowCursor cursor, const std::function<bool(const Observation&)>& visit);

    std::unique_ptr<store::Database> database;
    store::RowScan scan{*database};
    BaselineInfo info;
};

namespace {

constexpr store::DirectorySteps kDirectorySteps{"SELECT 1 FROM directory WHERE path=?1",
                                                "SELECT path FROM directory WHERE path>?1 AND path<?2 ORDER BY path LIMIT 1"};

// Before SQLite opens it: opening a fifo would block, and an absent file deserves its errno.
Status check_file(const std::string& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) return fail(system_error(fmt::format("open baseline {}", printable(file))));
    if (!S_ISREG(status.st_mode)) return fail(Error{fmt::format("{} is not a file", printable(file)), ErrorKind::corrupt, 0});
    return {};
}

Result<Acceptance> read_acceptance(store::Database& database, const store::Query& query) {
    auto paths = store::decode_strings(query.blob(3));
    if (!query.is_integer(0) || !paths) return fail(database.corrupt("a row of table acceptance is damaged"));
    return Acceptance{store::time_from_stored(query.integer(0)), std::string(query.blob(1)), std::string(query.blob(2)), std::move(*paths)};
}

}  // namespace

BaselineReader::BaselineReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BaselineReader::BaselineReader(BaselineReader&&) noexcept = default;
BaselineReader& BaselineReader::operator=(BaselineReader&&) noexcept = default;
BaselineReader::~BaselineReader() = default;

Result<BaselineReader> BaselineReader::open(const std::string& file) {
    if (auto good = check_file(file); !good) return fail(good.error());
    auto database = store::Database::open(file, store::Access::immutable);
    if (!database) return fail(database.error());
    if (auto good = (*database)->check_format(kBaselineFormat); !good) return fail(good.error());
    auto info = read_info(**database);
    if (!info) return fail(info.error());
    auto impl = std::make_unique<Impl>(std::move(*database));
    impl->info = std::move(*info);
    return BaselineReader(std::move(impl));
}

const BaselineInfo& BaselineReader::info() const { return impl_->info; }

Result<std::optional<Observation>> BaselineReader::find(const std::string& path) { return impl_->scan.find(path); }

Status BaselineReader::children(const std::string& directory, const std::function<bool(const Glance&)>& visit) {
    return store::GlanceTable(*impl_->database).children(directory, visit);
}

Result<std::optional<std::string>> BaselineReader::next_directory(const std::string& scope, const std::string& after) {
    return store::next_directory(*impl_->database, kDirectorySteps, scope, after);
}

Result<std::vector<std::string>> BaselineReader::paths_of(ObjectId id) {
    auto paths = store::InodeTable(*impl_->database).paths_of(id);
    if (!paths) return paths;
    const auto top = find("/");  // which is in no directory
    if (!top) return fail(top.error());
    if (const Attributes* seen = *top ? (*top)->seen() : nullptr; seen != nullptr && seen->id == id) paths->insert(paths->begin(), "/");
    return paths;
}

std::optional<std::string> BaselineReader::digest_of(const std::string& path, const std::string& verity, DigestAlgorithm algorithm) {
    if (verity.empty() || info().digest != algorithm) return std::nullopt;
    const auto row = find(path);
    const Attributes* should = row && *row ? (*row)->attributes() : nullptr;
    if (should == nullptr || should->verity != verity || should->digest.size() != digest_size(algorithm)) return std::nullopt;
    return should->digest;
}

Result<bool> BaselineReader::Impl::visit_rows(store::RowCursor cursor, const std::function<bool(const Observation&)>& visit) {
    for (Observation found;;) {
        const auto row = cursor.next();
        if (!row || !*row) return row ? Result<bool>(true) : row;
        if (!store::read_row(cursor.row(), cursor.directory(), found)) return fail(database->corrupt(store::kDamagedRow));
        if (!visit(found)) return false;
    }
}

Status BaselineReader::each(const std::string& scope, const std::function<bool(const Observation&)>& visit) {
    const auto finish = [](const Result<bool>& result) { return result ? Status{} : Status(fail(result.error())); };
    auto& database = *impl_->database;
    if (store::is_everything(scope)) return finish(impl_->visit_rows(store::RowCursor(database), visit));
    const auto own = find(scope);
    if (!own) return fail(own.error());
    if (*own && !visit(**own)) return {};
    const auto more = impl_->visit_rows(store::RowCursor(database, scope, scope + '\0'), visit);
    if (!more || !*more) return finish(more);
    const store::Below below(scope);
    return finish(impl_->visit_rows(store::RowCursor(database, below.from, below.to), visit));
}

Result<std::vector<Acceptance>> BaselineReader::acceptances() {
    auto query = impl_->database->query("SELECT at,who,note,paths FROM acceptance ORDER BY sequence");
    if (!query) return fail(query.error());
    std::vector<Acceptance> out;
    for (;;) {
        const auto row = query->step();
        if (!row) return fail(row.error());
        if (!*row) return out;
        auto acceptance = read_acceptance(*impl_->database, *query);
        if (!acceptance) return fail(acceptance.error());
        out.push_back(std::move(*acceptance));
    }
}

Status BaselineReader::verify() {
    auto& database = *impl_->database;
    if (auto good = database.check_pages(false); !good) return good;
    const auto id = content_id(database);
    if (!id) return fail(id.error());
    if (*id != impl_->info.id) return fail(database.corrupt("its content does not have the digest that it was sealed with"));
    std::uint64_t objects = 0;
    bool absence = false;
    const auto count = [&](const Observation& each) {
        ++objects;
        absence = absence || each.absent();
        return true;
    };
    if (auto read = each("", count); !read) return read;
    const auto rows = database.number("SELECT count(*) FROM object");  // also those of no directory
    if (!rows) return fail(rows.error());
    if (objects != impl_->info.objects || store::from_stored(*rows) != objects || absence) return fail(database.corrupt("it does not hold the objects that it says"));
    if (auto same = store::GlanceTable(database).verify(); !same) return same;
    if (auto same = store::InodeTable(database).verify(); !same) return same;
    const auto notes = acceptances();
    return notes ? Status{} : Status(fail(notes.error()));
}

}  // namespace touchstone
