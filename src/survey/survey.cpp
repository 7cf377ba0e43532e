// One thread walks ahead into a bounded queue, N threads look, and the caller's thread takes the results from a second bounded queue.
// Whoever is slow holds back those before it, so memory stays flat; a thread that hashes something large holds back nobody else.
#include "touchstone/survey.hpp"

#include <condition_variable>
#include <thread>

#include "bounded_queue.hpp"
#include "link_cache.hpp"
#include "looker.hpp"
#include "walk.hpp"

namespace touchstone {
namespace {

constexpr std::size_t kRememberedLinks = 4096;
constexpr std::size_t kAtOnce = 16;  // names taken by one looker, and results by the caller

bool is_changing(const Surveyed& surveyed) {
    const Unreadable* unreadable = surveyed.now.unreadable();
    return unreadable && unreadable->error == EBUSY;
}

class Run {
public:
    Run(const Policy& policy, const SurveyOptions& options, const OpenExpected& expected, SurveyProgress& progress)
        : policy_(policy), options_(options), open_expected_(expected), progress_(progress), names_(options.queue), results_(options.queue) {}

    Result<SurveyResult> run(const std::function<Status(Surveyed)>& visit) {
        std::thread walker([this] { walk_and_look(); });
        for (std::vector<Surveyed> results; results_.pop(results, kAtOnce);)
            for (auto& surveyed : results) take(std::move(surveyed), visit);
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
    void take(Surveyed surveyed, const std::function<Status(Surveyed)>& visit) {
        if (!keep_going()) {
            result_.cancelled = true;
            return;
        }
        const Attributes* seen = surveyed.now.attributes();
        if (seen && seen->type == FileType::regular && (!seen->digest.empty() || seen->blocks)) progress_.bytes += seen->size;
        ++progress_.objects;
        ++result_.objects;
        if (is_changing(surveyed)) ++result_.changing;
        if (auto done = visit(std::move(surveyed)); !done) give_up(done.error());
    }

    void walk_and_look() {
        std::vector<std::thread> lookers;
        for (unsigned i = 0; i < std::max(1u, options_.threads); ++i) lookers.emplace_back([this] { look_until_closed(); });
        auto walked = walk(policy_, options_, open_expected_, [this] { return keep_going(); },
                           [this](std::string path) { return names_.push(std::move(path)); });
        names_.close();
        for (auto& looker : lookers) looker.join();
        if (walked) {
            result_.unlisted = walked->unlisted;
            result_.skipped = std::move(walked->skipped);
            look_again();
        } else {
            give_up(walked.error());
        }
        results_.close();
    }

    Result<Looker> make_looker() {
        return Looker::make(policy_, options_, open_expected_, links_, [this] { return keep_going(); });
    }

    // Names keep being taken after a stop or without a looker, so that the walk never waits for room for ever.
    void look_until_closed() {
        auto looker = make_looker();
        if (!looker) give_up(looker.error());
        std::vector<Surveyed> results;
        for (std::vector<std::string> names; names_.pop(names, kAtOnce);) {
            for (const auto& path : names)
                if (looker && keep_going()) look_at(*looker, path, true, results);
            results_.push_all(results);
        }
    }

    void look_at(Looker& looker, const std::string& path, bool again, std::vector<Surveyed>& results) {
        auto surveyed = looker.look(path);
        if (!surveyed) return give_up(surveyed.error());
        if (!*surveyed) return;
        if (again && is_changing(**surveyed) && postpone(path)) return;
        results.push_back(std::move(**surveyed));
    }

    bool postpone(const std::string& path) {
        const std::lock_guard lock(mutex_);
        if (postponed_.size() >= SurveyOptions::kMaxRetried) return false;
        postponed_.push_back(path);
        return true;
    }

    void look_again() {
        if (postponed_.empty()) return;
        auto looker = make_looker();
        if (!looker) return give_up(looker.error());
        for (int round = 1; round <= SurveyOptions::kRetries && !postponed_.empty() && keep_going(); ++round) {
            std::this_thread::sleep_for(options_.pause);
            std::vector<std::string> now;
            now.swap(postponed_);
            std::vector<Surveyed> results;
            for (const auto& path : now)
                if (keep_going()) look_at(*looker, path, round < SurveyOptions::kRetries, results);
            results_.push_all(results);
        }
    }

    const Policy& policy_;
    const SurveyOptions& options_;
    const OpenExpected& open_expected_;
    SurveyProgress& progress_;
    LinkCache links_{kRememberedLinks};
    BoundedQueue<std::string> names_;
    BoundedQueue<Surveyed> results_;
    std::atomic<bool> stop_{false};
    std::mutex mutex_;  // failure_, postponed_
    std::optional<Error> failure_;
    std::vector<std::string> postponed_;
    SurveyResult result_;
};

}  // namespace

Result<SurveyResult> survey(const Policy& policy, const SurveyOptions& options, const OpenExpected& expected, SurveyProgress& progress,
                            const std::function<Status(Surveyed)>& visit) {
    return Run(policy, options, expected, progress).run(visit);
}

std::optional<std::uint64_t> count_objects(const Policy& policy, const SurveyOptions& options, const std::atomic<bool>& cancel) {
    std::atomic<std::uint64_t> count{0};
    const auto walked = walk(policy, options, {}, [&] { return !cancel; },
                             [&](std::string) {
                                 ++count;
                                 return true;
                             });
    if (!walked || cancel) return std::nullopt;
    return count.load();
}

}  // namespace touchstone
