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

// The looks are taken by the sweep's threads; nothing else should come.
class Missed final : public TouchReceiver {
public:
    void touch(Touch) override { ++count; }
    void gap(Gap) override { ++count; }
    void sweep(SweepRequest) override { ++count; }

    std::atomic<std::uint64_t> count{0};
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

// The sweep knows the baseline's names only. What is there was met by it anyway, so only the missing are looked at.
Status look_at_missing_stand_ins(const std::string& scope, const OpenExpected& open_expected, const std::function<bool()>& keep_going, const SweepLook& look) {
    auto expected = open_expected();
    if (!expected) return fail(expected.error());
    return (*expected)->each_stand_in(scope, [&](const Observation& row) {
        struct stat unused {};
        if (::lstat(row.path.c_str(), &unused) == 0 || (errno != ENOENT && errno != ENOTDIR)) return true;
        look.look({row.path});
        return keep_going();
    });
}

}  // namespace

Result<Walked> walk(const Policy& policy, const SurveyOptions& options, const OpenExpected& open_expected,
                    const std::function<bool()>& keep_going, const std::function<SweepLook()>& open_look) {
    Walked walked;
    Missed missed;
    SweepHooks hooks = hooks_for(options, open_expected, keep_going);
    std::vector<SweepLook> looks;
    std::size_t next = 0;
    hooks.open_look = [&] {
        if (next == looks.size()) looks.push_back(open_look());
        return looks[next++];
    };
    for (const auto& scope : distinct_scopes(options.scopes)) {
        next = 0;  // the same again for each scope
        SweepRequest request;
        request.scope = scope;
        request.reason = "survey";
        request.depth = SweepDepth::full;
        request.announce = false;
        auto swept = run_sweep(request, policy, options.filesystems, options.threads, missed, hooks);
        if (!swept) return fail(swept.error());
        walked.unlisted += swept->failures;
        walked.skipped.insert(walked.skipped.end(), swept->skipped.begin(), swept->skipped.end());
        if (!open_expected || !keep_going()) continue;
        if (auto done = look_at_missing_stand_ins(scope, open_expected, keep_going, looks.front()); !done) return fail(done.error());
    }
    walked.unlisted += missed.count;
    return walked;
}

}  // namespace touchstone
