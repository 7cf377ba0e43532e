#include <fmt/format.h>
#include <sys/stat.h>

#include "format.hpp"
#include "store/encoding.hpp"
#include "store/object_table.hpp"
#include "store/stored.hpp"
#include "touchstone/baseline.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {

struct BaselineReader::Impl {
    explicit Impl(std::unique_ptr<store::Database> opened) : database(std::move(opened)), objects(*database) {}
    std::unique_ptr<store::Database> database;
    store::ObjectTable objects;
    store::RowScan scan{*database};
    BaselineInfo info;
};

namespace {

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
    return store::GlanceTable(*impl_->database).next_directory(scope, after);
}

Result<std::vector<std::string>> BaselineReader::paths_of(ObjectId id) { return impl_->objects.paths_of(id); }

std::optional<std::string> BaselineReader::digest_of(const std::string& path, const std::string& verity, DigestAlgorithm algorithm) {
    if (verity.empty() || info().digest != algorithm) return std::nullopt;
    const auto row = find(path);
    const Attributes* should = row && *row ? (*row)->attributes() : nullptr;
    if (should == nullptr || should->verity != verity || should->digest.size() != digest_size(algorithm)) return std::nullopt;
    return should->digest;
}

Status BaselineReader::each(const std::string& scope, const std::function<bool(const Observation&)>& visit) {
    return impl_->objects.each(scope, visit);
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
    if (auto read = impl_->objects.each("", count); !read) return read;
    if (objects != impl_->info.objects || absence) return fail(database.corrupt("it does not hold the objects that it says"));
    if (auto same = store::GlanceTable(database).verify(); !same) return same;
    const auto notes = acceptances();
    return notes ? Status{} : Status(fail(notes.error()));
}

}  // namespace touchstone
