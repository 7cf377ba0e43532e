// `touchstone baseline diff`: what the watch has found to differ from the baseline. Nothing is looked at.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "comparison.hpp"
#include "exit_status.hpp"
#include "json_text.hpp"
#include "output.hpp"
#include "text.hpp"
#include "touchstone/reported.hpp"
#include "verbs.hpp"

namespace touchstone::cli {
namespace {

Status collect(KnownStore& store, const Policy& policy, const std::vector<std::string>& paths, Comparison& comparison) {
    const std::vector<std::string> scopes = paths.empty() ? std::vector<std::string>{""} : paths;
    for (const auto& scope : scopes) {
        auto read = each_difference(store, policy, scope, [&](const Observation&, Finding finding) -> Status {
            comparison.add(std::move(finding));
            return {};
        });
        if (!read) return read;
    }
    return {};
}

std::string summary_json(const BaselineInfo& baseline, const Config& config, const std::optional<std::string>& until) {
    nlohmann::json out{{"baseline", {{"id", baseline.id}, {"built_at", to_rfc3339(baseline.built_at)}, {"objects", baseline.objects}}}};
    put_path(out["baseline"], "path", config.baseline.path);
    out["watched_until"] = until ? nlohmann::json(*until) : nlohmann::json(nullptr);
    return to_text(out);
}

}  // namespace

int baseline_diff(const Session& session, const Arguments& arguments) {
    const Config& config = session.config();
    auto expected = Expected::open(config.baseline.path, config.state.path);
    if (!expected) return fail_without_baseline(expected.error(), config);
    if (!(*expected)->store()) return fail_with(*(*expected)->state_failure());
    KnownStore& store = *(*expected)->store();
    Comparison comparison;
    if (auto read = collect(store, session.policy, arguments.paths, comparison); !read) return fail_with(read.error());
    const auto until = store.value("watching_until");
    if (!until) return fail_with(until.error());
    const BaselineInfo& info = (*expected)->baseline().info();
    if (arguments.json) return print(to_json(comparison, kSuccess, summary_json(info, config, *until)), kSuccess);
    if (!*until) return print("the watch has never been on here, so it has found nothing; compare with: touchstone check\n", kSuccess);
    const std::string short_form = fmt::format("found by the watch, against baseline {} of {}: {}\n", info.id.substr(0, 16),
                                               time_text(info.built_at), in_short(comparison));
    return print(describe(comparison) + short_form, kSuccess);
}

}  // namespace touchstone::cli
