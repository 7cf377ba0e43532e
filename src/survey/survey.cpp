// N threads walk, and look at what they meet; the caller's thread takes the results, some at a time, from a bounded queue. Whoever is slow holds back
// those before it, so memory stays flat. Large files and parts of large directories go to whoever has nothing to do (sweep.hpp).
#include "touchstone/survey.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "bounded_queue.hpp"
#include "link_cache.hpp"
#include "looker.hpp"
#include "touchstone/paired_digests.hpp"
#include "walk.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kRememberedLinks = 4096;
constexpr std::size_t kAtOnce = 256;            // results given to the caller
constexpr std::uint64_t kKeepsWaiting = 1 << 20;  // bytes: before reading so much, what there is already is given

bool is_changing(const Surveyed& surveyed) {
    const Unreadable* unreadable = surveyed.now.unreadable();
    return unreadable && unreadable->error == EBUSY;
}

// One thread's own.
struct Worker {
    Result<Looker> looker;
    Sift sift;
    std::vector<Surveyed> results;
    std::unique_ptr<PairedDigests> pairs;  // null: each file is read when it is looked at
    std::uint64_t objects = 0, changing = 0, measured = 0, measured_bytes = 0;
};

class Run {
public:
    Run(const Policy& policy, const SurveyOptions& options, const OpenExpected& expected, SurveyProgress& progress)
        : policy_(policy),
          options_(options),
          open_expected_(expected),
          progress_(progress),
          at_once_(std::clamp<std::size_t>(options.queue, 1, kAtOnce)),
          results_(options.queue / at_once_) {}

    Result<SurveyResult> run(const std::function<Status(Surveyed&&)>& visit) {
        std::thread walker([this] { walk_and_look(); });
        for (std::vector<Surveyed> results; results_.pop(results);)
            for (auto& surveyed : results) take(surveyed, visit);
        walker.join();
        if (failure_) return fail(*failure_);
        result_.cancelled = result_.cancelled || progress_.cancel;
        return result_;
    }

private:
    bool keep_going() const { return !progress_.cancel && !stop_; }

    void give_up(Error error) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::move(error);
        stop_ = true;
    }

    // Results keep being taken after a stop, so that no thread waits for room for ever.
    void take(Surveyed& surveyed, const std::function<Status(Surveyed&&)>& visit) {
        if (!keep_going()) {
            result_.cancelled = true;
            return;
        }
        if (auto done = visit(std::move(surveyed)); !done) give_up(done.error());
    }

    void walk_and_look() {
        auto walked = walk(policy_, options_, open_expected_, [this] { return keep_going(); }, [this] { return open_look(); });
        for (const auto& worker : workers_) give(*worker);
        if (walked) {
            result_.unlisted = walked->unlisted;
            result_.skipped = std::move(walked->skipped);
            if (!stop_ && !workers_.empty()) look_again(*workers_.front());
        } else {
            give_up(walked.error());
        }
        for (const auto& worker : workers_) {
            result_.objects += worker->objects;
            result_.changing += worker->changing;
            result_.measured += worker->measured;
            result_.measured_bytes += worker->measured_bytes;
        }
        results_.close();
    }

    // A looker that cannot be had ends the survey before anybody asks it.
    SweepLook open_look() {
        Worker& worker = *workers_.emplace_back(std::make_unique<Worker>(Worker{make_looker(), options_.open_sift ? options_.open_sift() : Sift(), {}, nullptr}));
        worker.pairs = PairedDigests::make(options_.digest, [this] { return keep_going(); },
                                           [this, &worker](const PairedDigests::File& file, const std::string* digest) { look_at_read(worker, file, digest); });
        if (!worker.looker) give_up(worker.looker.error());
        return {[this, &worker](const SweepEntry& entry) { look_at_entry(worker, entry); },
                [this, &worker](const std::string& path, int directory, const char* name) {
                    return keep_going() ? worker.looker->open(path, directory, name) : Fd();
                },
                [this, &worker] { return read_on(worker); }};
    }

    Result<Looker> make_looker() {
        return Looker::make(policy_, options_, open_expected_, links_, [this] { return keep_going(); });
    }

    void look_at_entry(Worker& worker, const SweepEntry& entry) {
        if (!keep_going()) return;
        if (entry.status == nullptr) return look_at(worker, entry.path, {}, true);
        if (entry.status->stx_size >= kKeepsWaiting) give(worker);
        if (read_with_another(worker, entry)) return;
        // Another thread is reading it under another name: by and by its digest is known.
        const bool claimed = links_.claim(*entry.status);
        if (!claimed && postpone(entry.path, linked_)) return;
        look_at(worker, entry.path, {entry.directory, entry.name, entry.status, entry.opened != nullptr ? entry.opened->get() : -1}, true);
        if (claimed) links_.release(*entry.status);
    }

    // Of what has several names the digest may be known already, and what fs-verity holds need not be read.
    bool read_with_another(Worker& worker, const SweepEntry& entry) {
        const bool fit = worker.pairs && entry.opened != nullptr && entry.status->stx_size >= PairedDigests::kLeast && S_ISREG(entry.status->stx_mode) &&
                         entry.status->stx_nlink == 1 && (entry.status->stx_attributes & STATX_ATTR_VERITY) == 0;
        if (!fit || !worker.looker->reads_content(entry.path)) return false;
        worker.pairs->add({entry.path, std::move(*entry.opened), *entry.status});
        return true;
    }

    void look_at_read(Worker& worker, const PairedDigests::File& file, const std::string* digest) {
        if (keep_going()) look_at(worker, file.path, {-1, nullptr, &file.status, file.opened.get(), digest}, true);
    }

    // Nobody knows when more comes: what there is already is given, and the file that waits for another is read without one, a piece at a time.
    bool read_on(Worker& worker) {
        give(worker);
        return worker.pairs && worker.pairs->read_on();
    }

    void look_at(Worker& worker, const std::string& path, const MetEntry& entry, bool again) {
        auto surveyed = worker.looker->look(path, entry);
        if (!surveyed) return give_up(surveyed.error());
        if (!*surveyed) return;
        if (again && is_changing(**surveyed) && postpone(path, changing_)) return;
        count(worker, **surveyed);
        if (worker.sift && !worker.sift(**surveyed)) return;
        worker.results.push_back(std::move(**surveyed));
        if (worker.results.size() >= at_once_) give(worker);
    }

    void count(Worker& worker, const Surveyed& surveyed) {
        const Attributes* seen = surveyed.now.attributes();
        if (seen && surveyed.now.measured) {
            ++worker.measured;
            worker.measured_bytes += seen->size;
        } else if (seen && seen->type == FileType::regular && (!seen->digest.empty() || seen->blocks)) {
            progress_.bytes += seen->size;
        }
        ++progress_.objects;
        ++worker.objects;
        if (is_changing(surveyed)) ++worker.changing;
    }

    void give(Worker& worker) {
        if (worker.results.empty()) return;
        results_.push(std::move(worker.results));
        worker.results.clear();
        worker.results.reserve(at_once_);
    }

    bool postpone(const std::string& path, std::vector<std::string>& to) {
        const std::lock_guard lock(mutex_);
        if (to.size() >= SurveyOptions::kMaxRetried) return false;
        to.push_back(path);
        return true;
    }

    void look_again(Worker& worker) {
        for (const auto& path : std::exchange(linked_, {}))
            if (keep_going()) look_at(worker, path, {}, true);
        for (int round = 1; round <= SurveyOptions::kRetries && !changing_.empty() && keep_going(); ++round) {
            give(worker);
            std::this_thread::sleep_for(options_.pause);
            for (const auto& path : std::exchange(changing_, {}))
                if (keep_going()) look_at(worker, path, {}, round < SurveyOptions::kRetries);
        }
        give(worker);
    }

    const Policy& policy_;
    const SurveyOptions& options_;
    const OpenExpected& open_expected_;
    SurveyProgress& progress_;
    LinkCache links_{kRememberedLinks};
    const std::size_t at_once_;
    std::vector<std::unique_ptr<Worker>> workers_;
    BoundedQueue<std::vector<Surveyed>> results_;
    std::atomic<bool> stop_{false};
    std::mutex mutex_;  // what follows
    std::optional<Error> failure_;
    std::vector<std::string> changing_;  // looked at again in a while
    std::vector<std::string> linked_;    // that another thread was reading under another name
    SurveyResult result_;
};

}  // namespace

Result<SurveyResult> survey(const Policy& policy, const SurveyOptions& options, const OpenExpected& expected, SurveyProgress& progress,
                            const std::function<Status(Surveyed&&)>& visit) {
    return Run(policy, options, expected, progress).run(visit);
}

std::optional<std::uint64_t> count_objects(const Policy& policy, const SurveyOptions& options, const std::atomic<bool>& cancel) {
    std::atomic<std::uint64_t> count{0};
    const auto count_looks = [&] { return SweepLook{[&](const SweepEntry&) { ++count; }, {}, {}}; };
    const auto walked = walk(policy, options, {}, [&] { return !cancel; }, count_looks);
    if (!walked || cancel) return std::nullopt;
    return count.load();
}

}  // namespace touchstone
