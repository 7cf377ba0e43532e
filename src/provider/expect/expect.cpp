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
constexpr std::size_t kMostNamed = 4;  // writers in a reason

using Rules = std::vector<const Expectation*>;

struct Fit {  // a writer, and the rules that it fits; one at least
    const Actor& actor;
    Rules rules;
    bool has(const Expectation* rule) const { return std::find(rules.begin(), rules.end(), rule) != rules.end(); }
};

std::vector<std::string> attributes_of(const Expectation& rule) { return rule.attributes.empty() ? std::vector<std::string>{"*"} : rule.attributes; }

// What the rules of one writer allow together.
std::vector<std::string> allowed(const Fit& fit) {
    std::vector<std::string> all;
    for (const auto* rule : fit.rules)
        for (auto& each : attributes_of(*rule)) all.push_back(std::move(each));
    return all;
}

std::vector<std::string> in_both(const std::vector<std::string>& one, const std::vector<std::string>& other) {
    std::vector<std::string> both;
    for (const auto& a : one)
        for (const auto& b : other) {
            const auto* narrow = covers(a, b) ? &b : covers(b, a) ? &a : nullptr;
            if (narrow != nullptr && std::find(both.begin(), both.end(), *narrow) == both.end()) both.push_back(*narrow);
        }
    return both;
}

std::string text_of(const Actor& actor) { return fmt::format("{} (pid {})", printable(actor.process.name), actor.process.pid); }

Claim explanation(std::string source, std::string reason, std::vector<std::string> covers) {
    return {Claim::Word::explains, {kName, std::move(source), "", std::move(reason), false, ""}, std::move(covers)};
}

Claim by_one_rule(const Expectation& rule, const Actor& last) { return explanation(rule.name, "path and writer fit: " + text_of(last), attributes_of(rule)); }

// Each writer fits rules of its own. Which of them changed what is not known, so only what each was allowed to change counts.
Claim by_rules_together(const std::vector<Fit>& fits, const Rules& used) {
    auto covered = allowed(fits.front());
    std::string source, reason;
    for (std::size_t i = 0; i < fits.size(); ++i) {
        covered = in_both(covered, allowed(fits[i]));
        if (i < kMostNamed) reason += fmt::format("{}{} by {}", i == 0 ? "path and writers fit: " : ", ", text_of(fits[i].actor), fits[i].rules.front()->name);
    }
    if (fits.size() > kMostNamed) reason += fmt::format(" and {} more", fits.size() - kMostNamed);
    for (const auto* rule : used) source += (source.empty() ? "" : ", ") + rule->name;
    return explanation(std::move(source), std::move(reason), std::move(covered));
}

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
        const auto fits = fits_of(question);
        if (fits.empty()) return {};
        Rules used;
        bool each_of_all = true;
        for (const auto& ready : rules_) {
            const auto count = std::count_if(fits.begin(), fits.end(), [&](const Fit& fit) { return fit.has(&ready.rule); });
            if (count == 0) continue;
            used.push_back(&ready.rule);
            const bool of_all = static_cast<std::size_t>(count) == fits.size();
            if (of_all) claims.push_back(by_one_rule(ready.rule, fits.back().actor));
            each_of_all &= of_all;
        }
        if (!each_of_all) claims.push_back(by_rules_together(fits, used));
        return {};
    }

private:
    // Of each writer; empty: one of them fits no rule.
    std::vector<Fit> fits_of(const Question& question) {
        std::vector<Fit> fits;
        for (const auto& actor : *question.actors) {
            Fit fit{*actor, {}};
            for (const auto& ready : rules_)
                if (glob_match(ready.rule.path, question.path) && check_.fault(ready.rule, ready.user, *actor, question).empty()) fit.rules.push_back(&ready.rule);
            if (fit.rules.empty()) return {};
            fits.push_back(std::move(fit));
        }
        return fits;
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
