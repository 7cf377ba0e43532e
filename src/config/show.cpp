// `config show`.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "duration.hpp"
#include "paths.hpp"
#include "settings.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone {
namespace {

using nlohmann::ordered_json;

ordered_json value_of(const config::PathValue& value, Config& config) { return value.at(config); }
ordered_json value_of(const config::NumberValue& value, Config& config) { return value.at(config); }
ordered_json value_of(const config::DurationValue& value, Config& config) { return config::format_duration(value.at(config)); }
ordered_json value_of(const config::PercentValue& value, Config& config) { return fmt::format("{}%", value.at(config)); }
ordered_json value_of(const config::SwitchValue& value, Config& config) { return value.at(config); }
ordered_json value_of(const config::ChoiceValue& value, Config& config) { return value.get(config); }
ordered_json value_of(const config::ListValue& value, Config& config) { return value.at(config); }
ordered_json value_of(const config::PathsValue& value, Config& config) { return value.at(config); }

ordered_json value_of(const config::PatternsValue& value, Config& config) { return value.at(config); }

struct Shown {
    std::string key;
    ordered_json value;
    std::string origin;
};

std::string origin_of(const LoadedConfig& loaded, const std::string& key) {
    const auto found = loaded.origins.find(key);
    return found == loaded.origins.end() ? "default" : found->second;
}

void add_watch(const LoadedConfig& loaded, std::size_t index, std::vector<Shown>& out) {
    const auto& rule = loaded.config.watches[index];
    const auto add = [&](const std::string& key, ordered_json value, const std::string& origin_key) {
        out.push_back({fmt::format("watch[{}].{}", index, key), std::move(value), origin_of(loaded, fmt::format("watch[{}].{}", index, origin_key))});
    };
    if (is_utf8(rule.path))
        add("path", rule.path, "path");
    else
        add("path_hex", to_hex(config::unquote_glob(rule.path)), "path");
    add("profile", std::string(name_of(rule.profile)), "profile");
    add("exclude", rule.exclude, "exclude");
    add("severity", std::string(name_of(rule.severity)), "severity");
    add("tags", rule.tags, "tags");
    add("diff", rule.diff == Diff::private_too ? ordered_json(name_of(rule.diff)) : ordered_json(rule.diff == Diff::shown), "diff");
}

void add_expectation(const LoadedConfig& loaded, std::size_t index, std::vector<Shown>& out) {
    const auto& rule = loaded.config.providers.expectations[index];
    const auto add = [&](const std::string& key, ordered_json value) {
        const auto full = fmt::format("expect[{}].{}", index, key);
        out.push_back({full, std::move(value), origin_of(loaded, full)});
    };
    add("name", rule.name);
    add("path", rule.path);
    add("attributes", rule.attributes);
    const std::pair<const char*, const std::string&> writer[] = {
        {"executable", rule.executable}, {"sha256", rule.sha256}, {"package", rule.package}, {"unit", rule.unit}, {"user", rule.user}};
    for (const auto& [key, value] : writer)
        if (!value.empty()) add(key, value);
}

std::vector<Shown> everything(const LoadedConfig& loaded) {
    std::vector<Shown> out;
    Config config = loaded.config;
    for (const auto& setting : config::settings()) {
        const std::string key(setting.key);
        out.push_back({key, std::visit([&](const auto& value) { return value_of(value, config); }, setting.value), origin_of(loaded, key)});
    }
    for (std::size_t i = 0; i < loaded.config.watches.size(); ++i) add_watch(loaded, i, out);
    for (std::size_t i = 0; i < loaded.config.providers.expectations.size(); ++i) add_expectation(loaded, i, out);
    return out;
}

// A JSON string is a TOML string as well. Replacing: a path given on the command line or in a test may be any bytes.
std::string literal(const ordered_json& value) { return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace); }

}  // namespace

std::string show_config(const LoadedConfig& loaded) {
    std::string out;
    for (const auto& shown : everything(loaded)) out += fmt::format("{} = {}  # {}\n", shown.key, literal(shown.value), shown.origin);
    return out;
}

std::string show_config_json(const LoadedConfig& loaded) {
    ordered_json all = ordered_json::object();
    for (auto& shown : everything(loaded)) all[shown.key] = {{"value", std::move(shown.value)}, {"origin", shown.origin}};
    return all.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace touchstone
