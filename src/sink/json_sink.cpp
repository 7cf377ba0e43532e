#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "log_file.hpp"
#include "log_recovery.hpp"
#include "stdout_sink.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kMaxWrite = 1 << 20;

class JsonSink final : public EventSink {
public:
    explicit JsonSink(std::string path) : path_(std::move(path)) {}

    const std::string& name() const override { return name_; }
    const Error& failure() const override { return failure_; }

    Result<Cursor> resume(const Cursor& cursor, std::span<const OutgoingEvent> owed) override {
        cursor_ = cursor;
        auto file = LogFile::open(path_);
        if (!file) return fail(file.error());
        const auto found = found_again(*file, cursor, owed);
        if (!found) return fail(found.error());
        if (*found > 0) cursor_.delivered = owed[*found - 1].sequence;
        file_ = std::move(*file);
        return flush();
    }

    std::size_t deliver(std::span<const OutgoingEvent> events) override {
        if (const auto at_place = ensure_file(); !at_place) {
            failure_ = at_place.error();
            return 0;
        }
        std::size_t taken = 0;
        while (taken < events.size()) {
            const std::size_t count = write_some(events.subspan(taken));
            taken += count;
            if (failed_) break;
        }
        return taken;
    }

    Result<Cursor> flush() override {
        if (!file_) return cursor_;
        if (const auto synced = file_->sync(); !synced) return fail(synced.error());
        cursor_.position = to_text(file_->end());
        return cursor_;
    }

    Status reopen() override {
        const auto left = leave_file();
        auto file = LogFile::open(path_);
        if (!file) return fail(file.error());
        file_ = std::move(*file);
        return left;
    }

private:
    // How many of `owed` the log has; the file that the cursor points into may have been rotated since.
    Result<std::size_t> found_again(LogFile& current, const Cursor& cursor, std::span<const OutgoingEvent> owed) {
        const auto position = parse_log_position(cursor.position);
        if (!position) return recover(current, {0, false}, owed);
        if (position->file == current.id()) {
            const bool truncated = current.end().offset < position->offset;  // logrotate's copytruncate
            return recover(current, truncated ? LogSpan{0, false} : LogSpan{position->offset, true}, owed);
        }
        std::size_t found = 0;
        if (const auto rotated = find_rotated(path_, position->file)) {
            const auto in_rotated = found_in_rotated(*rotated, position->offset, owed);
            if (!in_rotated) return in_rotated;
            found = *in_rotated;
        }
        const auto in_current = recover(current, {0, true}, owed.subspan(found));
        if (!in_current) return in_current;
        return found + *in_current;
    }

    static Result<std::size_t> found_in_rotated(const std::string& path, std::uint64_t offset, std::span<const OutgoingEvent> owed) {
        auto rotated = LogFile::open_existing(path);
        if (!rotated) return fail(rotated.error());
        const bool truncated = rotated->end().offset < offset;
        const auto found = recover(*rotated, truncated ? LogSpan{0, false} : LogSpan{offset, true}, owed);
        if (!found) return found;
        if (const auto synced = rotated->sync(); !synced) return fail(synced.error());
        return found;
    }

    Status ensure_file() {
        if (file_ && file_->is_named(path_)) return {};
        if (file_ && is_lost()) {
            (void)leave_file();
            return fail(Error{path_ + " was removed", ErrorKind::system, ENOENT});
        }
        return reopen();
    }

    // Nobody rotates a log by removing it, or its directory: that is said, by failing once, before it is made anew.
    bool is_lost() const {
        return file_->is_removed() || ::access(std::string(split_path(path_).directory).c_str(), F_OK) != 0;
    }

    // What was written to the file that is left must survive a power loss before a cursor speaks of the next file.
    Status leave_file() {
        if (!file_) return {};
        const auto synced = flush();
        file_.reset();
        if (!synced) return fail(synced.error());
        return {};
    }

    std::size_t write_some(std::span<const OutgoingEvent> events) {
        std::string lines;
        for (const auto& event : events) {
            if (!lines.empty() && lines.size() + event.json.size() + 1 > kMaxWrite) break;
            lines.append(event.json).push_back('\n');
        }
        const auto appended = file_->append(lines);
        failed_ = appended.error.has_value();
        if (failed_) failure_ = *appended.error;
        const auto count = static_cast<std::size_t>(std::ranges::count(std::string_view(lines).substr(0, appended.bytes), '\n'));
        if (count > 0) cursor_.delivered = events[count - 1].sequence;
        return count;
    }

    const std::string name_ = "json";
    const std::string path_;
    std::optional<LogFile> file_;
    Cursor cursor_;
    Error failure_;
    bool failed_ = false;
};

}  // namespace

std::unique_ptr<EventSink> make_json_sink(std::string path) {
    if (path == "-") return make_stream_sink(STDOUT_FILENO);
    return std::make_unique<JsonSink>(std::move(path));
}

}  // namespace touchstone
