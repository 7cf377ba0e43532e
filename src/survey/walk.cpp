#include "walk.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>

#include "touchstone/bytes.hpp"
#include "touchstone/source.hpp"

namespace touchstone {
namespace {

class NothingKnown final : public KnownReader {
public:
    Result<std::optional<Observation>> find(const std::string&) override { return std::optional<Observation>(); }
    Status children(const std::string&, const std::function<bool(const Glance&)>&) override { return {}; }
    Result<std::optional<std::string>> next_directory(const std::string&, const std::string&) override { return std::optional<std::string>(); }
    Result<std::vector<std::string>> paths_of(ObjectId) override { return std::vector<std::string>(); }
};

// Takes the sweep's touches on the sweep's own threads, where waiting for room is the point.
class NameReceiver final : public TouchReceiver {
public:
    explicit NameReceiver(const std::function<bool(std::string)>& put) : put_(put) {}
    void touch(Touch touch) override { put_(std::move(touch.path)); }
    void gap(Gap) override { ++missed; }
    void sweep(SweepRequest) override { ++missed; }

    std::atomic<std::uint64_t> missed{0};

private:
    const std::function<bool(std::string)>& put_;
};

// None below another, so that nothing is surveyed twice. "" is every watch.
std::vector<std::string> distinct_scopes(std::vector<std::string> scopes) {
    if (scopes.empty()) return {""};
    std::sort(scopes.begin(), scopes.end());
    std::vector<std::string> kept;
    for (auto& scope : scopes) {
        const auto holds = [&](const std::string& other) { return is_within(scope, other); };
        if (std::none_of(kept.begin(), kept.end(), holds)) kept.push_back(std::move(scope));
    }
    return kept;
}

SweepHooks hooks_for(const SurveyOptions& options, const OpenExpected& open_expected, const std::function<bool()>& keep_going) {
    SweepHooks hooks;
    hooks.keep_going = keep_going;
    hooks.wait_for_room = [] {};
    hooks.wall_now = options.wall_now;
    hooks.steady_now = options.steady_now;
    hooks.open_known = [&open_expected]() -> Result<std::unique_ptr<KnownReader>> {
        if (!open_expected) return std::make_unique<NothingKnown>();
        auto expected = open_expected();
        if (!expected) return fail(expected.error());
        return std::unique_ptr<KnownReader>(std::move(*expected));
    };
    return hooks;
}

// The sweep knows the baseline's names only. What is there was met by it anyway, so only the missing are put.
Status put_missing_stand_ins(const std::string& scope, const OpenExpected& open_expected, const std::function<bool(std::string)>& put) {
    auto expected = open_expected();
    if (!expected) return fail(expected.error());
    return (*expected)->each_stand_in(scope, [&](const Observation& row) {
        struct stat unused {};
        if (::lstat(row.path.c_str(), &unused) == 0 || (errno != ENOENT && errno != ENOTDIR)) return true;
        return put(row.path);
    });
}

}  // namespace

Result<Walked> walk(const Policy& policy, const SurveyOptions& options, const OpenExpected& open_expected,
                    const std::function<bool()>& keep_going, const std::function<bool(std::string)>& put) {
    Walked walked;
    NameReceiver receiver(put);
    const SweepHooks hooks = hooks_for(options, open_expected, keep_going);
    for (const auto& scope : distinct_scopes(options.scopes)) {
        SweepRequest request;
        request.scope = scope;
        request.reason = "survey";
        request.depth = SweepDepth::full;
        request.announce = false;
        auto swept = run_sweep(request, policy, options.filesystems, std::min(2u, std::max(1u, options.threads)), receiver, hooks);
        if (!swept) return fail(swept.error());
        walked.unlisted += swept->failures;
        walked.skipped.insert(walked.skipped.end(), swept->skipped.begin(), swept->skipped.end());
        if (!open_expected || !keep_going()) continue;
        if (auto done = put_missing_stand_ins(scope, open_expected, put); !done) return fail(done.error());
    }
    walked.unlisted += receiver.missed;
    return walked;
}

}  // namespace touchstone
