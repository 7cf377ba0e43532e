// One looking thread's own: an observer, what is expected, and the steps from a name to a result.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "link_cache.hpp"
#include "touchstone/inquiry.hpp"
#include "touchstone/observe.hpp"
#include "touchstone/rotation.hpp"
#include "touchstone/survey.hpp"

namespace touchstone {

class Looker {
public:
    // `keep_going` may be called from this looker's thread at any time during a look.
    static Result<Looker> make(const Policy& policy, const SurveyOptions& options, const OpenExpected& open_expected, LinkCache& links,
                               std::function<bool()> keep_going);

    // What look() would open for reading: empty where nothing of it is read.
    Fd open(const std::string& path, int directory, const char* name) const;

    // Whether look() would read this file from its beginning to its end, unless it is measured or its digest is known.
    bool reads_content(const std::string& path) const;

    // nullopt: nobody watches it, it is left out, or it is neither there nor expected.
    Result<std::optional<Surveyed>> look(const std::string& path, const MetEntry& entry = {});

    Expected* expected() { return expected_.get(); }

private:
    RuleRef rule_for(const std::string& path) const;  // null: not looked at
    Looker(const Policy& policy, const SurveyOptions& options, LinkCache& links, Observer observer, std::unique_ptr<Expected> expected,
           std::function<bool()> keep_going);

    Status account_for(Surveyed& surveyed);
    Observation observe(const std::string& path, const MetEntry& entry, Profile profile, const BlockDigests* known);

    const Policy* policy_;
    const SurveyOptions* options_;
    LinkCache* links_;
    Observer observer_;
    RotationEvidence rotations_;
    std::unique_ptr<Expected> expected_;
    Panel panel_;
    std::function<bool()> keep_going_;
};

}  // namespace touchstone
