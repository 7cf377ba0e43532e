#include "touchstone/doctor.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

#include "exit_status.hpp"
#include "json_text.hpp"
#include "output.hpp"
#include "text.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/runtime.hpp"
#include "verbs.hpp"

namespace touchstone {

std::string_view name_of(Diagnosis::Level level) {
    switch (level) {
        case Diagnosis::Level::ok: return "ok";
        case Diagnosis::Level::warn: return "warn";
        case Diagnosis::Level::fail: return "fail";
    }
    return "fail";
}

int exit_status(const std::vector<Diagnosis>& diagnoses) {
    const auto fails = [](const Diagnosis& each) { return each.level == Diagnosis::Level::fail; };
    return std::any_of(diagnoses.begin(), diagnoses.end(), fails) ? cli::kFailed : cli::kSuccess;
}

namespace {

// What is wrong with a configuration takes several lines; each is made safe by itself.
std::string indented(const std::string& text) {
    std::string out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) out += (out.empty() ? "" : "\n      ") + printable(line);
    return out;
}

}  // namespace

std::string describe(const std::vector<Diagnosis>& diagnoses) {
    std::string out;
    std::uint64_t warnings = 0, failures = 0;
    for (const auto& each : diagnoses) {
        warnings += each.level == Diagnosis::Level::warn;
        failures += each.level == Diagnosis::Level::fail;
        out += fmt::format("{:<4}  {}: {}\n", name_of(each.level), printable(each.subject), indented(each.meaning));
        if (!each.advice.empty()) out += fmt::format("      -> {}\n", printable(each.advice));
    }
    return out + fmt::format("\n{}, {}\n", cli::counted(failures, "failure"), cli::counted(warnings, "warning"));
}

namespace cli {
namespace {

// A bad configuration is one more finding of the doctor: the rest is examined all the same.
std::vector<Diagnosis> examine(const std::string& config_file) {
    std::vector<Diagnosis> out;
    const auto add = [&](std::vector<Diagnosis> more) { out.insert(out.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end())); };
    add(examine_kernel());
    add(examine_privileges());
    add(examine_digests());
    const auto loaded = load_config(config_file);
    auto about_probes = examine_probes(loaded ? loaded->config.sources.ebpf : ProbeUse::automatic);
    const bool probes = about_probes.front().level == Diagnosis::Level::ok;
    add(std::move(about_probes));
    if (!loaded) {
        out.push_back({Diagnosis::Level::fail, "configuration", loaded.error().what, "correct it; see touchstone.toml(5)"});
    } else {
        if (auto offered = check_digest(*loaded); !offered)
            out.push_back({Diagnosis::Level::fail, "configuration", offered.error().what, "set [baseline] digest to one that is offered"});
        else
            out.push_back({Diagnosis::Level::ok, "configuration", "is good: " + config_file, ""});
        for (const auto& warning : loaded->warnings) out.push_back({Diagnosis::Level::warn, "configuration", warning, ""});
        add(examine_watches(loaded->config, Policy(loaded->config.watches), probes));
        add(examine_installation(*loaded));
    }
    add(examine_limits_of_sight(loaded ? loaded->config.verify.period : Nanoseconds{}));
    return out;
}

std::string as_json(const std::vector<Diagnosis>& diagnoses) {
    nlohmann::json out{{"exit", exit_status(diagnoses)}, {"diagnoses", nlohmann::json::array()}};
    for (const auto& each : diagnoses)
        out["diagnoses"].push_back({{"level", name_of(each.level)},
                                    {"subject", escape_invalid_utf8(each.subject)},
                                    {"meaning", escape_invalid_utf8(each.meaning)},
                                    {"advice", escape_invalid_utf8(each.advice)}});
    return to_text(out);
}

}  // namespace

int doctor(const Arguments& arguments) {
    const auto diagnoses = examine(arguments.config);
    return print(arguments.json ? as_json(diagnoses) : describe(diagnoses), exit_status(diagnoses));
}

}  // namespace cli
}  // namespace touchstone
