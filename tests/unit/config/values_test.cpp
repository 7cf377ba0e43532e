#include "config_support.hpp"

using namespace touchstone;
using namespace touchstone::config;
using namespace std::chrono_literals;

TEST_CASE("every key takes its value") {
    const auto loaded = good(R"(
[baseline]
path = "/b/db"
digest = "sha3-512"
[state]
path = "/s"
[sources]
fanotify = "directory"
filesystems = ["nfs4", "fuse.sshfs"]
[settle]
successor = "30ms"
quiet = "1s"
patience = "1min"
[verify]
threads = 64
verity = "read"
log_period = "1d"
tags = ['nist-si-7(1)']
[heartbeat]
period = "0s"
[output.metrics]
enabled = true
path = "/m/t.prom"
period = "1min"
[output.json]
enabled = true
path = "-"
[output.journald]
enabled = false
[limits]
kernel_queue = 1
touch_set = 2
pending = 3
outbox = 4
gaps = 5
actors = 6
processes = 7
group = 8
amendable = 9
[log]
level = "trace"
)");
    const auto& config = loaded.config;
    CHECK(config.baseline.path == "/b/db");
    CHECK(config.baseline.digest == DigestAlgorithm::sha3_512);
    CHECK(config.state.path == "/s");
    CHECK(config.sources.fanotify == FanotifyMarks::directory);
    CHECK(config.sources.filesystems == std::vector<std::string>{"nfs4", "fuse.sshfs"});
    CHECK(config.settle.successor == 30ms);
    CHECK(config.settle.quiet == 1s);
    CHECK(config.settle.patience == 60s);
    CHECK(config.verify.threads == 64);
    CHECK(config.verify.log_period == 24h);
    CHECK(config.verify.tags == std::vector<std::string>{"nist-si-7(1)"});
    CHECK(config.heartbeat.period == 0s);
    CHECK(config.metrics == Config::MetricsOutput{true, "/m/t.prom", 60s});
    CHECK_FALSE(config.verify.measure);
    CHECK(config.json.path == "-");
    CHECK_FALSE(config.journald.enabled);
    CHECK(config.limits.kernel_queue == 1);
    CHECK(config.limits.touch_set == 2);
    CHECK(config.limits.pending == 3);
    CHECK(config.limits.outbox == 4);
    CHECK(config.limits.gaps == 5);
    CHECK(config.limits.actors == 6);
    CHECK(config.limits.processes == 7);
    CHECK(config.limits.group == 8);
    CHECK(config.limits.amendable == 9);
    CHECK(config.log.level == "trace");
    CHECK(loaded.warnings.empty());
}

TEST_CASE("what is not written keeps its default") {
    const auto loaded = good("");
    CHECK(loaded.config.limits.outbox == Config{}.limits.outbox);
    CHECK(loaded.config.baseline.path == Config{}.baseline.path);
    CHECK(loaded.origins.at("limits.outbox") == "default");
    CHECK(loaded.files == std::vector<std::string>{"t.toml"});
}

TEST_CASE("dotted keys and inline tables are the same keys") {
    const auto loaded = good("limits.pending = 7\nsettle = {quiet = \"2s\"}\n[output]\njson.enabled = false\njournald = {enabled = true}\n");
    CHECK(loaded.config.limits.pending == 7);
    CHECK(loaded.config.settle.quiet == 2s);
    CHECK_FALSE(loaded.config.json.enabled);
    CHECK(loaded.origins.at("settle.quiet") == "t.toml:2");
    CHECK(loaded.origins.at("output.json.enabled") == "t.toml:4");
}

TEST_CASE("numbers have bounds") {
    for (const std::string key : {"touch_set", "pending", "outbox", "gaps", "actors", "processes", "group", "amendable"}) {
        CHECK(says(bad("[limits]\n" + key + " = 0"), "t.toml:2: limits." + key + ": out of range"));
        CHECK(says(bad("[limits]\n" + key + " = -1"), "a whole number from 1 to"));
        CHECK(says(bad("[limits]\n" + key + " = 4294967297"), "out of range"));  // 1, were it cut to 32 bits
    }
    CHECK(good("[limits]\nkernel_queue = 0").config.limits.kernel_queue == 0);
    CHECK(says(bad("[verify]\nthreads = 65"), "a whole number from 1 to 64"));
    CHECK(says(bad("[verify]\nthreads = 99999999999999999999999999"), "out of range"));
}

TEST_CASE("types are not guessed") {
    CHECK(says(bad("[verify]\nthreads = \"2\""), "verify.threads: this is a string"));
    CHECK(says(bad("[verify]\nthreads = 2.0"), "a fraction"));
    CHECK(says(bad("[output.json]\nenabled = \"yes\""), "true or false, without quotes"));
    CHECK(says(bad("[output.json]\nenabled = 1"), "this is a whole number"));
    CHECK(says(bad("[baseline]\npath = 5"), "an absolute path in quotes"));
    CHECK(says(bad("[log]\nlevel = true"), "this is a boolean"));
    CHECK(says(bad("[sources]\nfilesystems = \"nfs4\""), "a list of names in quotes"));
    CHECK(says(bad("[verify]\ntags = [\"\"]"), "not a list of tags"));
    CHECK(says(bad("[verify]\ntags = \"nist\""), "a list of words in quotes"));
    CHECK(says(bad("[output.metrics]\npath = \"-\""), "absolute"));
    CHECK(says(bad("[output.metrics]\nperiod = \"999ms\""), "from \"1s\" to \"1d\""));
    CHECK(says(bad("[sources]\nfilesystems = [\"nfs4\", 4]"), "not a list of file system types"));
    CHECK(says(bad("limits = 3"), "`limits` is a table"));
    CHECK(says(bad("output.json = true"), "write [output.json]"));
}

TEST_CASE("durations have units and bounds") {
    CHECK(says(bad("[settle]\nquiet = 5"), "write \"5s\" or \"5ms\""));
    CHECK(says(bad("[settle]\nquiet = \"5\""), "this is not a duration"));
    CHECK(says(bad("[settle]\nquiet = \"0s\""), "from \"1ms\" to \"1h\""));
    CHECK(says(bad("[settle]\nsuccessor = \"11s\""), "from \"0s\" to \"10s\""));
    CHECK(says(bad("[verify]\nlog_period = \"366d\""), "to \"365d\""));
    CHECK(good("[settle]\nsuccessor = \"0s\"").config.settle.successor == 0s);
}

TEST_CASE("words are of a list") {
    CHECK(says(bad("[baseline]\ndigest = \"sha265\""), "did you mean `sha256`?"));
    CHECK(says(bad("[baseline]\ndigest = \"md5\""), "one of: sha256, sha384, sha512, sha3-256, sha3-512"));
    CHECK(says(bad("[sources]\nfanotify = \"filesystems\""), "did you mean `filesystem`?"));
    CHECK(says(bad("[log]\nlevel = \"INFO\""), "did you mean `info`?"));
}

TEST_CASE("paths of files are absolute, plain and their own") {
    CHECK(says(bad("[state]\npath = \"state\""), "did you mean \"/state\"?"));
    CHECK(says(bad("[state]\npath = \"/var/../x\""), "`..` in a path"));
    CHECK(says(bad("[state]\npath = \"-\""), "a relative path"));
    CHECK(says(bad("[state]\npath = \"/\""), "the root cannot be meant"));
    CHECK(says(bad("[state]\npath = \"\""), "an empty path"));
    CHECK(says(bad("[state]\npath = \"/a\\u0000b\""), "NUL"));
    CHECK(says(bad("[state]\npath = \"/" + std::string(5'000, 'x') + "\""), "too long"));
    CHECK(good("[state]\npath = \"/var//lib/./x/\"").config.state.path == "/var/lib/x");
    CHECK(says(bad("[state]\npath = \"/x\"\n[baseline]\npath = \"/x\""), "state.path is the path of baseline.path too"));
    CHECK(says(bad("[output.json]\npath = \"/var/lib/touchstone/state\""), "output.json.path is the path of state.path too"));
}

TEST_CASE("values that contradict each other") {
    CHECK(says(bad("[settle]\nquiet = \"10s\""), "settle.patience (5s) is less than settle.quiet (10s)"));
    CHECK(says(bad("[settle]\npatience = \"1ms\""), "t.toml:2: settle.patience (1ms)"));
    CHECK(says(bad("[output.json]\nenabled = false\n[output.journald]\nenabled = false"), "every output is off"));
}

TEST_CASE("values that are likely not meant are told") {
    const auto loaded = good("[settle]\nsuccessor = \"2s\"\npatience = \"1h\"\n[verify]\nlog_period = \"2s\"\n[output.json]\nenabled = false\npath = \"/x\"");
    REQUIRE(loaded.warnings.size() == 4);
    CHECK_THAT(loaded.warnings[0], Catch::StartsWith("t.toml:2: settle.successor"));
    CHECK_THAT(loaded.warnings[1], Catch::StartsWith("t.toml:3: settle.patience"));
    CHECK_THAT(loaded.warnings[2], Catch::StartsWith("t.toml:5: verify.log_period"));
    CHECK_THAT(loaded.warnings[3], Catch::StartsWith("t.toml:8: output.json.path is set"));
}

TEST_CASE("metrics have a file of their own, and a name that the exporter reads") {
    CHECK(says(bad("[output.metrics]\nenabled = true\npath = \"/x\"\n[output.json]\npath = \"/x\""), "is the path of output.json.path too"));
    CHECK(says(bad("[output.metrics]\nenabled = true\npath = \"/x\"\n[baseline]\npath = \"/x\""), "is the path of baseline.path too"));
    CHECK(says(good("[output.metrics]\nenabled = true\npath = \"/x/metrics.txt\"").warnings.at(0), "does not end in .prom"));
    CHECK(says(good("[output.metrics]\npath = \"/x/metrics.prom\"").warnings.at(0), "output.metrics is off"));
    CHECK(good("[output.metrics]\nenabled = true").warnings.empty());
}
