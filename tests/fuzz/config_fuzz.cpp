// Any bytes as a configuration file: never a crash, never an exception, and what is accepted keeps its promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/build.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/policy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

void check_refused(const touchstone::Error& error) {
    require(error.kind == touchstone::ErrorKind::bad_input);
    require(error.what.starts_with("fuzz.toml:"));
    require(touchstone::is_utf8(error.what));
    for (const char c : error.what) require(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

void check_accepted(const touchstone::LoadedConfig& loaded) {
    const auto& config = loaded.config;
    require(!config.watches.empty());
    require(config.limits.pending > 0 && config.verify.threads > 0 && config.verify.threads <= 64);
    require(config.settle.patience >= config.settle.quiet);
    require(touchstone::is_utf8(touchstone::show_config(loaded)));
    require(touchstone::is_utf8(touchstone::show_config_json(loaded)));
    const touchstone::Policy policy(config.watches);
    for (const auto& start : policy.starts()) require(policy.rule_for(start) != nullptr || policy.leads_to_watch(start));
    for (const auto& rule : config.watches) {
        require(rule.path.starts_with('/') && (rule.path == "/" || !rule.path.ends_with('/')));
        if (!touchstone::has_glob(rule.path) && rule.path.find('\\') == std::string::npos) require(policy.rule_for(rule.path)->path == rule.path);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto loaded = touchstone::config::parse_config("fuzz.toml", std::string(reinterpret_cast<const char*>(data), size));
    if (loaded)
        check_accepted(*loaded);
    else
        check_refused(loaded.error());
    return 0;
}
