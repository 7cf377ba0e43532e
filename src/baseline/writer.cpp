#include <future>
#include <optional>

#include "format.hpp"
#include "store/encoding.hpp"
#include "store/stored.hpp"
#include "temporary_file.hpp"
#include "touchstone/baseline.hpp"

namespace touchstone {

struct BaselineWriter::Impl {
    Impl(std::string target, BaselineInfo head, TemporaryFile made, std::unique_ptr<store::Database> opened)
        : file(std::move(target)), info(std::move(head)), temporary(std::move(made)), database(std::move(opened)), objects(*database) {}

    // After a failed write nobody knows which rows are in: the temporary file is worthless.
    Status kept(Status status) {
        if (!status && status.error().kind != ErrorKind::bad_input && !failure) failure = status.error();
        return status;
    }
    Status usable() const { return failure ? Status(fail(*failure)) : Status{}; }
    Status finish();
    Status derive();  // leaves a transaction open

    std::string file;
    BaselineInfo info;
    TemporaryFile temporary;
    std::unique_ptr<store::Database> database;
    store::BaselineObjects objects;
    std::optional<Error> failure;
};

namespace {

constexpr const char* kFastAndUnsafe =  // nothing is at stake before the rename; no file beside it
    "PRAGMA page_size=16384; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-4000";

Status prepare(store::Database& database) {
    if (auto done = database.execute(kFastAndUnsafe); !done) return done;
    if (auto done = database.execute("BEGIN IMMEDIATE"); !done) return done;
    return database.create_format(kBaselineFormat);
}

}  // namespace

BaselineWriter::BaselineWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BaselineWriter::BaselineWriter(BaselineWriter&&) noexcept = default;
BaselineWriter& BaselineWriter::operator=(BaselineWriter&&) noexcept = default;
BaselineWriter::~BaselineWriter() = default;

Result<BaselineWriter> BaselineWriter::create(const std::string& file, const BaselineInfo& info) {
    auto temporary = TemporaryFile::beside(file);
    if (!temporary) return fail(temporary.error());
    auto database = store::Database::open(temporary->path(), store::Access::write);
    if (!database) return fail(database.error());
    if (auto done = prepare(**database); !done) return fail(done.error());
    return BaselineWriter(std::make_unique<Impl>(file, info, std::move(*temporary), std::move(*database)));
}

Status BaselineWriter::put(const Observation& observation) {
    if (auto good = impl_->usable(); !good) return good;
    if (observation.absent()) return impl_->kept(impl_->objects.erase(observation.path));
    if (!observation.follows_baseline && observation.standing == Verdict::unexpected) return impl_->kept(impl_->objects.put(observation));
    Observation row = observation;  // marks of the state, without meaning here
    row.follows_baseline = false;
    row.standing = Verdict::unexpected;
    return impl_->kept(impl_->objects.put(row));
}

Status BaselineWriter::note(const Acceptance& acceptance) {
    if (auto good = impl_->usable(); !good) return good;
    auto query = impl_->database->query("INSERT INTO acceptance(at,who,note,paths) VALUES(?1,?2,?3,?4)");
    if (!query) return impl_->kept(fail(query.error()));
    const auto paths = store::encode_strings(acceptance.paths);
    query->bind(1, store::to_stored(acceptance.at)).bind_blob(2, acceptance.by).bind_blob(3, acceptance.note).bind_blob(4, paths);
    return impl_->kept(query->run());
}

Status BaselineWriter::copy_from(BaselineReader& reader) {
    if (reader.info().digest != impl_->info.digest)
        return fail(Error{"the older baseline was built with another digest algorithm", ErrorKind::bad_input, 0});
    Status copied;
    const auto copy = [&](const Observation& each) {
        copied = put(each);
        return copied.has_value();
    };
    if (auto read = reader.each("", copy); !read) return read;
    if (!copied) return copied;
    const auto notes = reader.acceptances();
    if (!notes) return fail(notes.error());
    for (const auto& each : *notes)
        if (auto done = note(each); !done) return done;
    return {};
}

Status BaselineWriter::Impl::finish() {
    if (auto good = usable(); !good) return good;
    if (auto done = objects.drop_empty_directories(); !done) return done;
    info.objects = objects.count();
    info.id.clear();
    if (auto done = write_info(*database, info); !done) return done;
    // From here on pages with rows stay as they are, so a second thread can read them for the id while this one makes what follows from them.
    if (auto done = database->execute("COMMIT"); !done) return done;
    auto reader = store::Database::open(temporary.path(), store::Access::immutable);
    if (!reader) return fail(reader.error());
    auto id = std::async(std::launch::async | std::launch::deferred, [&] { return content_id(**reader); });
    auto derived = derive();
    const auto found = id.get();
    if (!derived) return derived;
    if (!found) return fail(found.error());
    info.id = *found;
    if (auto done = write_info(*database, info); !done) return done;
    return database->execute("COMMIT");
}

// In one pass over the rows, in the order of their key: table `inode` is sorted once instead of being touched at random.
Status BaselineWriter::Impl::derive() {
    if (auto done = database->execute("BEGIN IMMEDIATE"); !done) return done;
    store::InodeRows inodes;
    if (auto done = store::GlanceTable(*database).fill([&](ObjectId id, std::int64_t number) { inodes.add(id, number); }); !done) return done;
    return store::InodeTable(*database).fill(inodes);
}

Result<BaselineInfo> BaselineWriter::commit() {
    if (auto done = impl_->kept(impl_->finish()); !done) return fail(done.error());
    impl_->database.reset();
    impl_->failure = Error{"the baseline is written", ErrorKind::bad_input, 0};  // no further use
    if (auto done = impl_->temporary.replace(impl_->file); !done) return fail(done.error());
    return impl_->info;
}

}  // namespace touchstone
