#include "expect.hpp"

#include <fmt/format.h>
#include <pwd.h>

#include <algorithm>

#include "touchstone/bytes.hpp"
#include "touchstone/policy.hpp"
#include "writer.hpp"

namespace touchstone {
namespace {

constexpr const char* kName = "expect";

std::optional<std::uint32_t> user_id(const std::string& user) {
    if (!user.empty() && std::all_of(user.begin(), user.end(), [](char c) { return c >= '0' && c <= '9'; }) && user.size() < 10)
        return static_cast<std::uint32_t>(std::stoul(user));
    char buffer[4096];
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(user.c_str(), &entry, buffer, sizeof buffer, &found) != 0 || found == nullptr) return std::nullopt;
    return found->pw_uid;
}

class Expect final : public Provider {
public:
    struct Ready {
        Expectation rule;
        std::optional<std::uint32_t> user;
    };
    Expect(std::vector<Ready> rules, WriterCheck check) : rules_(std::move(rules)), check_(std::move(check)) {}

    std::string_view name() const override { return kName; }

    // Who did it decides, so where nobody saw who, or another could have hidden, it is silent.
    Status ask(const Question& question, std::vector<Claim>& claims) override {
        if (question.actors == nullptr || question.actors->empty() || !question.actors_complete) return {};
        for (const auto& ready : rules_) {
            if (!glob_match(ready.rule.path, question.path)) continue;
            std::string fault;
            for (const auto& actor : *question.actors)
                if (fault = check_.fault(ready.rule, ready.user, *actor, question); !fault.empty()) break;
            if (fault.empty()) claims.push_back(claim_of(ready.rule, *question.actors->back()));
        }
        return {};
    }

private:
    static Claim claim_of(const Expectation& rule, const Actor& actor) {
        Claim claim;
        claim.word = Claim::Word::explains;
        claim.evidence = {kName, rule.name, "", fmt::format("path and writer fit: {} (pid {})", printable(actor.process.name), actor.process.pid), false, ""};
        claim.covers = rule.attributes.empty() ? std::vector<std::string>{"*"} : rule.attributes;
        return claim;
    }

    std::vector<Ready> rules_;
    WriterCheck check_;
};

}  // namespace

Result<std::unique_ptr<Provider>> open_expect(const ProviderSettings& settings, const std::string&) {
    if (settings.expectations.empty()) return std::unique_ptr<Provider>();
    std::vector<Expect::Ready> rules;
    for (const auto& rule : settings.expectations) {
        Expect::Ready ready{rule, std::nullopt};
        if (!rule.user.empty() && !(ready.user = user_id(rule.user)))
            return fail(Error{fmt::format("[[expect]] {}: there is no user {}", rule.name, printable(rule.user)), ErrorKind::bad_input, 0});
        rules.push_back(std::move(ready));
    }
    auto check = WriterCheck::make();
    if (!check) return fail(check.error());
    return std::unique_ptr<Provider>(std::make_unique<Expect>(std::move(rules), std::move(*check)));
}

}  // namespace touchstone
