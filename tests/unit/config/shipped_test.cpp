// The default configuration and its manual page say what the program does.
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "config/build.hpp"
#include "config/settings.hpp"
#include "config_support.hpp"
#include "touchstone/policy.hpp"

using namespace touchstone;
using namespace touchstone::config;

namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(TOUCHSTONE_SOURCE_DIR + path, std::ios::binary);
    REQUIRE(file.is_open());
    return {std::istreambuf_iterator<char>(file), {}};
}

// "#key = value", unlike "# some words"
bool is_commented_key(const std::string& line) {
    const auto end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", 1);
    return line.starts_with('#') && end != std::string::npos && end > 1 && line.compare(end, 3, " = ") == 0;
}

// The keys that are commented out, taken at their word.
std::string uncommented(const std::string& text) {
    std::istringstream lines(text);
    std::string out, line;
    while (std::getline(lines, line)) out += line.substr(is_commented_key(line) ? 1 : 0) + '\n';
    return out;
}

// "verify.period", "[watch].path": the items of the page's tables.
std::set<std::string> described_in(const std::string& page) {
    std::set<std::string> described;
    std::istringstream lines(page);
    std::string line, table;
    while (std::getline(lines, line)) {
        constexpr std::string_view kTable = ".Ss Table [", kKey = ".It Ic ";
        if (line.starts_with(".Ss ") || line.starts_with(".Sh ")) table = line.starts_with(kTable) ? line.substr(kTable.size(), line.rfind(']') - kTable.size()) : "";
        if (line.starts_with(kKey) && !table.empty()) CHECK(described.insert(table + '.' + line.substr(kKey.size())).second);
    }
    return described;
}

std::string severity_of(const Policy& policy, const std::string& path) {
    const auto rule = policy.rule_for(path);
    return rule ? std::string(name_of(rule->severity)) : "none";
}

}  // namespace

TEST_CASE("the default configuration is right and without warnings") {
    const auto loaded = good(text_of("/etc/touchstone.toml"));
    CHECK(loaded.warnings.empty());
    for (const auto& setting : settings()) {
        INFO(setting.key);
        CHECK(loaded.origins.at(std::string(setting.key)) == "default");
    }
    for (const auto& watch : loaded.config.watches) CHECK_FALSE(watch.tags.empty());
}

TEST_CASE("it names every key, with the true default") {
    const auto defaults = good("");
    auto shown = good(uncommented(text_of("/etc/touchstone.toml")));
    for (const auto& setting : settings()) {
        INFO(setting.key);
        CHECK(shown.origins.at(std::string(setting.key)) != "default");
    }
    shown.config.watches = defaults.config.watches;
    shown.origins = defaults.origins;
    CHECK(show_config(shown) == show_config(defaults));
}

TEST_CASE("the manual page describes every key, each in its table, and no other") {
    std::set<std::string> known;
    for (const auto& setting : settings()) known.emplace(setting.key);
    for (const auto key : keys_of_watch()) known.insert("[watch]." + std::string(key));
    for (const auto key : keys_of_expectation()) known.insert("[expect]." + std::string(key));
    CHECK(described_in(text_of("/man/touchstone.toml.5")) == known);
}

TEST_CASE("what the default configuration shows of [[expect]] is right") {
    const auto text = text_of("/etc/touchstone.toml");
    const auto at = text.find("# [[expect]]\n");
    REQUIRE(at != std::string::npos);
    std::istringstream lines(text.substr(at));
    std::string example = "[[watch]]\npath = \"/etc\"\n", line;
    while (std::getline(lines, line) && line.starts_with("# ")) example += line.substr(2) + '\n';
    CHECK(good(example).config.providers.expectations.size() == 1);
}

TEST_CASE("it watches what a host should watch") {
    const Policy policy(good(text_of("/etc/touchstone.toml")).config.watches);
    for (const auto* path : {"/etc/passwd", "/etc/cron.d/x", "/etc/crontab", "/etc/systemd/system/x.service", "/root/.ssh/authorized_keys",
                             "/boot/vmlinuz-6.1.0", "/etc/ld.so.preload", "/var/spool/cron/crontabs/root", "/bin", "/etc/touchstone/touchstone.toml"})
        CHECK(severity_of(policy, path) == "critical");
    for (const auto* path : {"/usr/bin/ls", "/usr/lib/x86_64-linux-gnu/libc.so.6", "/etc/ld.so.cache", "/usr/local/bin/x", "/etc/hosts",
                             "/home/anna/.ssh/authorized_keys", "/root/.bashrc", "/root/.bash_profile", "/root/.zshrc", "/var/lib/dpkg/info/bash.postinst"})
        CHECK(severity_of(policy, path) == "high");
    CHECK(severity_of(policy, "/home/anna/.bash_logout") == "medium");
    CHECK(policy.rule_for("/var/log/auth.log")->profile == Profile::log);
    CHECK(policy.rule_for("/var/log/auth.log.2.gz")->profile == Profile::log);
}

TEST_CASE("it does not watch what an idle host writes") {
    const Policy policy(good(text_of("/etc/touchstone.toml")).config.watches);
    for (const auto* path :
         {"/etc/adjtime", "/etc/resolv.conf", "/etc/resolv.conf.dhclient-new.123", "/etc/.hosts.swp", "/root/.bash_history", "/root/.zsh_history",
          "/root/.zcompdump", "/root/.viminfo", "/home/anna/.bash_history", "/root/.ssh/known_hosts.old", "/var/lib/apt/lists/x", "/var/cache/man/x",
          "/var/lib/systemd/timers/stamp-apt-daily.timer", "/var/log/journal/x", "/var/log/wtmp", "/boot/grub/grubenv", "/run/x", "/tmp/x",
          "/var/lib/dpkg/status", "/var/backups/x", "/var/lib/logrotate/status", "/var/spool/anacron/cron.daily", "/home/anna/x"}) {
        INFO(path);
        CHECK(policy.rule_for(path) == nullptr);
    }
}
