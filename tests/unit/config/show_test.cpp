#include <nlohmann/json.hpp>

#include "config/settings.hpp"
#include "config_support.hpp"

using namespace touchstone;
using namespace touchstone::config;

TEST_CASE("every key is shown with its value and origin") {
    const auto loaded = good("[limits]\npending = 7\n[settle]\nquiet = \"1000ms\"\n" + std::string(kWatch) + "tags = [\"a\\\"b\"]\n");
    const auto shown = show_config(loaded);
    for (const auto& setting : settings()) CHECK(says(shown, std::string(setting.key) + " = "));
    CHECK(says(shown, "limits.pending = 7  # t.toml:2\n"));
    CHECK(says(shown, "settle.quiet = \"1s\"  # t.toml:4\n"));
    CHECK(says(shown, "sources.filesystems = []  # default\n"));
    CHECK(says(shown, "watch[0].path = \"/etc\"  # t.toml:6\n"));
    CHECK(says(shown, "watch[0].profile = \"content\"  # default\n"));
    CHECK(says(shown, "watch[0].tags = [\"a\\\"b\"]  # t.toml:7\n"));
}

TEST_CASE("the same as JSON") {
    const auto json = nlohmann::json::parse(show_config_json(good("[limits]\npending = 7\n[output.journald]\nenabled = false")));
    CHECK(json["limits.pending"]["value"] == 7);
    CHECK(json["limits.pending"]["origin"] == "t.toml:2");
    CHECK(json["output.journald.enabled"]["value"] == false);
    CHECK(json["baseline.digest"]["value"] == "sha256");
    CHECK(json["baseline.digest"]["origin"] == "default");
    CHECK(json["watch[0].exclude"]["value"].is_array());
    CHECK(json.size() == settings().size() + 6);
}

TEST_CASE("paths of any bytes are shown as they are written") {
    const auto loaded = good("[[watch]]\npath_hex = \"2fff2a\"");
    CHECK(says(show_config(loaded), "watch[0].path_hex = \"2fff2a\"  # t.toml:2\n"));
    CHECK(nlohmann::json::parse(show_config_json(loaded))["watch[0].path_hex"]["value"] == "2fff2a");
}

TEST_CASE("what is shown can be read again") {
    const auto text = "[[watch]]\npath = '/a b/\\*/ä\"'\nexclude = [\"x#y\"]\n[log]\nlevel = \"warn\"\n";
    auto loaded = good(text);
    std::string again;
    std::string watch = "[[watch]]\n";
    const std::string shown = show_config(loaded);
    for (std::size_t at = 0; at < shown.size();) {
        const auto line = shown.substr(at, shown.find('\n', at) - at);
        (line.starts_with("watch[0].") ? watch += line.substr(9) + '\n' : again += line + '\n');
        at += line.size() + 1;
    }
    const auto second = good(again + watch);
    CHECK(second.config.watches.at(0).path == loaded.config.watches.at(0).path);
    CHECK(second.config.watches.at(0).exclude == loaded.config.watches.at(0).exclude);
    CHECK(second.config.log.level == "warn");
}
