// `touchstone events`: the JSON log, for people.
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "cancellation.hpp"
#include "clock.hpp"
#include "events_output.hpp"
#include "exit_status.hpp"
#include "output.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/log_files.hpp"
#include "touchstone/log_tail.hpp"
#include "touchstone/log_text.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

using namespace reader;

constexpr std::size_t kLinesBeforeFollowing = 10;
constexpr GroupBounds kFollowedGroups{.quiet = std::chrono::seconds(5), .transaction_quiet = std::chrono::seconds(60), .span = std::chrono::minutes(5), .in_order = false};
constexpr int kLookAgainAfter = 1000;  // ms: not all file systems tell of changes

bool is_coloured(const std::string& color) {
    if (color != "auto") return color == "always";
    const char* no_color = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return ::isatty(STDOUT_FILENO) == 1 && (!no_color || !*no_color) && terminal && std::string_view(terminal) != "dumb";
}

struct Asked {
    const EventsOptions& options;
    bool json;
    Selection selection;
    std::string log;  // "-" is standard input
    bool follow_links;
};

class EventsReader {
public:
    explicit EventsReader(Asked asked)
        : asked_(std::move(asked)), sieve_(asked_.selection), form_{is_coloured(asked_.options.color), asked_.options.utc, asked_.options.verbose},
          output_(asked_.options.follow ? std::nullopt : asked_.options.lines),
          groups_(asked_.options.follow ? kFollowedGroups : GroupBounds{}, [this](const Group& group) { output_.add(to_text(group, form_)); }) {}

    int run() {
        auto log = open();
        if (!log && !(asked_.options.follow && log.error().code == ENOENT)) return say(log.error()), status_of(log.error());
        const auto read = asked_.options.follow ? follow(log ? std::move(*log) : Fd()) : read_all(log->get());
        if (!asked_.options.follow || output_.open()) groups_.finish();
        output_.finish();
        say_faults();
        if (!read) failed(read.error());
        if (output_.error() != 0) failed(system_error("write to standard output", output_.error()));
        return status_;
    }

private:
    Result<Fd> open() const { return asked_.log == "-" ? Fd(::dup(STDIN_FILENO)) : open_log(asked_.log, asked_.follow_links); }

    void failed(const Error& error) {
        say(error);
        if (status_ == kSuccess) status_ = status_of(error);
    }

    // ---- one line ----

    std::optional<Entry> wanted(std::string_view line) {
        if (line.empty() || line.front() != '{' || line.back() != '}') return ++damaged_, std::nullopt;
        if (!sieve_.may_match(line)) return std::nullopt;
        auto entry = parse_entry(line);
        if (!entry) ++damaged_;
        return entry && asked_.selection.matches(*entry) ? std::move(entry) : std::nullopt;
    }

    void show(std::string_view line, const Entry& entry) {
        if (asked_.json) return output_.add(std::string(line) + "\n");
        if (!asked_.options.group) return output_.add(to_text(entry, form_));
        latest_ = asked_.options.follow ? wall_now() : std::max(latest_, entry.at);
        groups_.add(entry, latest_);
    }

    bool take(std::string_view line) {
        if (const auto entry = wanted(line)) show(line, *entry);
        if (is_live_) output_.flush();
        return output_.open() && !stopped_;
    }

    LineReceiver taker() {
        return [this](std::string_view line) { return take(line); };
    }

    // ---- all that is there ----

    std::vector<LogFilePlace> rotations_needed() const {
        const auto& since = asked_.selection.since;
        if (asked_.log == "-" || (!since && asked_.selection.ids.empty() && !asked_.options.lines)) return {};
        auto places = rotations_of(asked_.log);
        if (since) std::erase_if(places, [&](const LogFilePlace& place) { return place.written < *since; });
        return places;
    }

    void read_rotation(const LogFilePlace& place, const std::function<Status(int fd)>& read) {
        const auto fd = open_log(place.path, false);
        if (!fd) return failed(fd.error());
        if (const auto done = read(fd->get()); !done) failed(done.error());
    }

    void read_rotations() {
        for (const auto& place : rotations_needed())
            if (output_.open() && !stopped_) read_rotation(place, [&](int fd) { return read_lines(fd, place.path, faults_, taker()); });
    }

    Status show_last(int fd, std::uint64_t size, std::size_t count) {
        std::vector<std::string> lines;
        const LineReceiver accept = [this](std::string_view line) { return wanted(line).has_value(); };
        if (fd >= 0)
            if (auto read = take_last_lines(fd, size, asked_.log, count, faults_, accept, lines); !read) return read;
        const auto older = rotations_needed();
        for (auto place = older.rbegin(); place != older.rend() && lines.size() < count; ++place)
            read_rotation(*place, [&](int rotation) {
                return take_last_lines(rotation, size_of(rotation), place->path, count, faults_, accept, lines);
            });
        for (auto line = lines.rbegin(); line != lines.rend() && output_.open(); ++line) take(*line);
        return {};
    }

    static std::uint64_t size_of(int fd) {
        struct stat info {};
        return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0;
    }

    Status read_all(int fd) {
        struct stat info {};
        const bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
        is_live_ = !regular;
        if (asked_.options.lines && !asked_.options.group && regular && asked_.log != "-") return show_last(fd, size_of(fd), *asked_.options.lines);
        read_rotations();
        auto read = read_lines(fd, asked_.log, faults_, taker());
        if (output_.count() == 0 && rotations_needed().empty()) say_unread();
        return read;
    }

    void say_unread() const {
        const auto unread = asked_.log == "-" || asked_.options.group ? 0 : rotations_of(asked_.log).size();
        if (unread > 0) say(fmt::format("touchstone: nothing in {}; {} not read, --since does", printable(asked_.log), counted(unread, "rotated log was", "rotated logs were")));
    }

    // ---- and what comes ----

    Status follow(Fd log) {
        const Cancellation cancellation(stopped_);
        const auto size = log ? size_of(log.get()) : 0;
        const bool from_the_beginning = asked_.selection.since && !asked_.options.lines;
        if (from_the_beginning)
            read_rotations();
        else if (auto shown = show_last(log.get(), size, asked_.options.lines.value_or(kLinesBeforeFollowing)); !shown)
            return shown;
        LogTail tail(asked_.log, asked_.follow_links, std::move(log), from_the_beginning ? 0 : size, faults_);
        Status read;
        for (std::uint64_t cuts = 0; read && output_.open() && !stopped_; wait(tail)) {
            read = tail.drain(taker());
            if (tail.cuts() > cuts) say("touchstone: the log was cut; what was written just before may be missing here");
            cuts = tail.cuts();
            groups_.expire(wall_now());
            output_.flush();
        }
        const int status = cancellation.exit_status();
        if (status != 128 + SIGINT) status_ = status;
        return read;
    }

    // Also notices that nobody reads what is printed any more, while there is nothing to print.
    void wait(const LogTail& tail) {
        pollfd waits[] = {{STDOUT_FILENO, 0, 0}, {tail.wakeup(), POLLIN, 0}};
        if (::poll(waits, 2, kLookAgainAfter) > 0 && (waits[0].revents & (POLLERR | POLLNVAL)) != 0) output_.close();
    }

    void say_faults() const {
        if (damaged_ > 0) say(fmt::format("touchstone: {} left out", counted(damaged_, "line that is no event was", "lines that are no events were")));
        if (faults_.too_long > 0) say(fmt::format("touchstone: {} left out", counted(faults_.too_long, "line over 8 MiB was", "lines over 8 MiB were")));
        if (faults_.unfinished > 0) say(fmt::format("touchstone: {} left out: torn, or being written", counted(faults_.unfinished, "line without an end was", "lines without an end were")));
    }

    const Asked asked_;
    const Sieve sieve_;
    const TextForm form_;
    EventsOutput output_;
    Groups groups_;
    WallTime latest_{};
    LineFaults faults_;
    std::uint64_t damaged_ = 0;
    bool is_live_ = false;  // what comes through a pipe is shown as it comes
    std::atomic<bool> stopped_{false};
    int status_ = kSuccess;
};

int with_log(const Arguments& arguments, Selection selection, const std::string& log, bool follow_links) {
    if (arguments.events.follow && log == "-") return say("touchstone: --follow needs a log that is a file"), kUsage;
    ::signal(SIGPIPE, SIG_IGN);  // `| head` is no failure
    return EventsReader(Asked{arguments.events, arguments.json, std::move(selection), log, follow_links}).run();
}

}  // namespace

int events(const Arguments& arguments) {
    const auto& options = arguments.events;
    auto selection = selection_of(options, arguments.working_directory, wall_now());
    if (!selection) return say(selection.error()), kUsage;
    if (!options.file.empty()) return with_log(arguments, std::move(*selection), options.file, true);
    return with_session(arguments, [&](const Session& session) {
        const auto& json = session.config().json;
        if (json.enabled && json.path != "-") return with_log(arguments, std::move(*selection), json.path, false);
        say("touchstone: the configuration writes no JSON log to a file: name one, or - for standard input");
        return static_cast<int>(kUsage);
    });
}

}  // namespace touchstone::cli
