#include "settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "duration.hpp"
#include "nearest.hpp"
#include "paths.hpp"
#include "touchstone/bytes.hpp"
#include "touchstone/mask.hpp"

namespace touchstone::config {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kMostQueued = 100'000'000;

struct MarksWord {
    std::string_view word;
    FanotifyMarks marks;
};
constexpr std::array kMarks{MarksWord{"automatic", FanotifyMarks::automatic}, MarksWord{"filesystem", FanotifyMarks::filesystem},
                            MarksWord{"directory", FanotifyMarks::directory}};
struct UseWord {
    std::string_view word;
    ProbeUse use;
};
constexpr std::array kUses{UseWord{"automatic", ProbeUse::automatic}, UseWord{"off", ProbeUse::off}, UseWord{"required", ProbeUse::required}};
constexpr std::array<std::string_view, 5> kLevels{"trace", "debug", "info", "warn", "error"};

std::vector<std::string_view> digest_words() {
    std::vector<std::string_view> words;
    for (const auto algorithm : kDigestAlgorithms) words.push_back(config_name(algorithm));
    return words;
}

bool set_digest(Config& config, std::string_view word) {
    const auto algorithm = digest_algorithm(word);
    if (algorithm) config.baseline.digest = *algorithm;
    return algorithm.has_value();
}

std::vector<std::string_view> marks_words() {
    std::vector<std::string_view> words;
    for (const auto& each : kMarks) words.push_back(each.word);
    return words;
}

bool set_marks(Config& config, std::string_view word) {
    const auto found = std::find_if(kMarks.begin(), kMarks.end(), [&](const auto& each) { return each.word == word; });
    if (found != kMarks.end()) config.sources.fanotify = found->marks;
    return found != kMarks.end();
}

std::string get_marks(const Config& config) {
    const auto found = std::find_if(kMarks.begin(), kMarks.end(), [&](const auto& each) { return each.marks == config.sources.fanotify; });
    return std::string(found == kMarks.end() ? std::string_view{} : found->word);
}

std::vector<std::string_view> use_words() {
    std::vector<std::string_view> words;
    for (const auto& each : kUses) words.push_back(each.word);
    return words;
}

bool set_use(Config& config, std::string_view word) {
    const auto found = std::find_if(kUses.begin(), kUses.end(), [&](const auto& each) { return each.word == word; });
    if (found != kUses.end()) config.sources.ebpf = found->use;
    return found != kUses.end();
}

std::string get_use(const Config& config) {
    const auto found = std::find_if(kUses.begin(), kUses.end(), [&](const auto& each) { return each.use == config.sources.ebpf; });
    return std::string(found == kUses.end() ? std::string_view{} : found->word);
}

bool set_io(Config& config, std::string_view word) {
    if (word != "idle" && word != "normal") return false;
    config.verify.io = word == "idle" ? Config::IoClass::idle : Config::IoClass::normal;
    return true;
}

std::string get_io(const Config& config) { return config.verify.io == Config::IoClass::idle ? "idle" : "normal"; }

bool set_verity(Config& config, std::string_view word) {
    if (word != "measure" && word != "read") return false;
    config.verify.measure = word == "measure";
    return true;
}

std::string get_verity(const Config& config) { return config.verify.measure ? "measure" : "read"; }

bool set_level(Config& config, std::string_view word) {
    const bool known = std::find(kLevels.begin(), kLevels.end(), word) != kLevels.end();
    if (known) config.log.level = word;
    return known;
}

bool is_file_system_type(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 0x7F && c != '/'; });
}

bool is_tag(std::string_view word) { return !word.empty() && printable(word) == word; }

const std::array kSettings{
    Setting{"baseline.path", PathValue{[](Config& c) -> std::string& { return c.baseline.path; }}},
    Setting{"baseline.digest",
            ChoiceValue{digest_words, set_digest, [](const Config& c) { return std::string(config_name(c.baseline.digest)); }}},
    Setting{"state.path", PathValue{[](Config& c) -> std::string& { return c.state.path; }}},
    Setting{"sources.ebpf", ChoiceValue{use_words, set_use, get_use}},
    Setting{"sources.fanotify", ChoiceValue{marks_words, set_marks, get_marks}},
    Setting{"sources.filesystems", ListValue{[](Config& c) -> std::vector<std::string>& { return c.sources.filesystems; }, "file system types",
                                             "a list of names in quotes, like [\"nfs4\"]", is_file_system_type}},
    Setting{"settle.successor", DurationValue{[](Config& c) -> Nanoseconds& { return c.settle.successor; }, 0ns, 10s}},
    Setting{"settle.quiet", DurationValue{[](Config& c) -> Nanoseconds& { return c.settle.quiet; }, 1ms, 1h}},
    Setting{"settle.patience", DurationValue{[](Config& c) -> Nanoseconds& { return c.settle.patience; }, 1ms, 24h}},
    Setting{"verify.threads", NumberValue{[](Config& c) -> std::uint32_t& { return c.verify.threads; }, 1, 64}},
    Setting{"verify.log_period", DurationValue{[](Config& c) -> Nanoseconds& { return c.verify.log_period; }, 1s, 24h * 365}},
    Setting{"verify.period", DurationValue{[](Config& c) -> Nanoseconds& { return c.verify.period; }, 0ns, 24h * 365}},
    Setting{"verify.cpu", PercentValue{[](Config& c) -> std::uint32_t& { return c.verify.cpu_percent; }, 1, 100}},
    Setting{"verify.io", ChoiceValue{[] { return std::vector<std::string_view>{"idle", "normal"}; }, set_io, get_io}},
    Setting{"verify.verity", ChoiceValue{[] { return std::vector<std::string_view>{"measure", "read"}; }, set_verity, get_verity}},
    Setting{"verify.back_off", SwitchValue{[](Config& c) -> bool& { return c.verify.back_off; }}},
    Setting{"verify.tags", ListValue{[](Config& c) -> std::vector<std::string>& { return c.verify.tags; }, "tags",
                                     "a list of words in quotes, like [\"pci-dss-11.5.2\"]", is_tag}},
    Setting{"heartbeat.period", DurationValue{[](Config& c) -> Nanoseconds& { return c.heartbeat.period; }, 0ns, 24h * 365}},
    Setting{"output.json.enabled", SwitchValue{[](Config& c) -> bool& { return c.json.enabled; }}},
    Setting{"output.json.path", PathValue{[](Config& c) -> std::string& { return c.json.path; }, PathValue::Also::stdout_}},
    Setting{"output.journald.enabled", SwitchValue{[](Config& c) -> bool& { return c.journald.enabled; }}},
    Setting{"output.metrics.enabled", SwitchValue{[](Config& c) -> bool& { return c.metrics.enabled; }}},
    Setting{"output.metrics.path", PathValue{[](Config& c) -> std::string& { return c.metrics.path; }}},
    Setting{"output.metrics.period", DurationValue{[](Config& c) -> Nanoseconds& { return c.metrics.period; }, 1s, 24h}},
    Setting{"limits.kernel_queue", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.kernel_queue; }, 0, kMostQueued}},
    Setting{"limits.touch_set", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.touch_set; }, 1, kMostQueued}},
    Setting{"limits.pending", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.pending; }, 1, kMostQueued}},
    Setting{"limits.outbox", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.outbox; }, 1, kMostQueued}},
    Setting{"limits.gaps", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.gaps; }, 1, 1'000'000}},
    Setting{"limits.actors", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.actors; }, 1, 10'000}},
    Setting{"limits.processes", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.processes; }, 1, kMostQueued}},
    Setting{"limits.group", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.group; }, 1, kMostQueued}},
    Setting{"limits.amendable", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.amendable; }, 1, 1'000'000}},
    Setting{"limits.probe_ring", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.probe_ring; }, 4096, 1u << 30}},
    Setting{"limits.probe_watched", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.probe_watched; }, 1, kMostQueued}},
    Setting{"limits.probe_told", NumberValue{[](Config& c) -> std::uint32_t& { return c.limits.probe_told; }, 1, kMostQueued}},
    Setting{"diff.file_bytes", NumberValue{[](Config& c) -> std::uint32_t& { return c.diff.file_bytes; }, 1, 16u << 20}},
    Setting{"diff.text_bytes", NumberValue{[](Config& c) -> std::uint32_t& { return c.diff.text_bytes; }, 256, 512u << 10}},
    Setting{"diff.copies", NumberValue{[](Config& c) -> std::uint32_t& { return c.diff.copies; }, 1, kMostQueued}},
    Setting{"diff.copies_bytes", NumberValue{[](Config& c) -> std::uint32_t& { return c.diff.copies_bytes; }, 1, 1u << 31}},
    Setting{"diff.mask", PatternsValue{[](Config& c) -> std::vector<std::string>& { return c.diff.mask; }}},
    Setting{"log.level", ChoiceValue{[] { return std::vector<std::string_view>(kLevels.begin(), kLevels.end()); }, set_level,
                                     [](const Config& c) { return c.log.level; }}},
    Setting{"providers.dpkg.enabled", SwitchValue{[](Config& c) -> bool& { return c.providers.dpkg.enabled; }}},
    Setting{"providers.dpkg.root", PathValue{[](Config& c) -> std::string& { return c.providers.dpkg.root; }, PathValue::Also::root}},
    Setting{"providers.dpkg.weak", SwitchValue{[](Config& c) -> bool& { return c.providers.dpkg.weak; }}},
    Setting{"providers.rpm.enabled", SwitchValue{[](Config& c) -> bool& { return c.providers.rpm.enabled; }}},
    Setting{"providers.rpm.root", PathValue{[](Config& c) -> std::string& { return c.providers.rpm.root; }, PathValue::Also::root}},
    Setting{"providers.ostree.enabled", SwitchValue{[](Config& c) -> bool& { return c.providers.ostree.enabled; }}},
    Setting{"providers.ostree.sysroot", PathValue{[](Config& c) -> std::string& { return c.providers.ostree.sysroot; }, PathValue::Also::root}},
    Setting{"providers.selinux.enabled", SwitchValue{[](Config& c) -> bool& { return c.providers.selinux.enabled; }}},
    Setting{"providers.selinux.root", PathValue{[](Config& c) -> std::string& { return c.providers.selinux.root; }, PathValue::Also::root}},
    Setting{"providers.verity.certificates", PathsValue{[](Config& c) -> std::vector<std::string>& { return c.providers.verity.certificates; }}},
    Setting{"providers.ignition.configs", PathsValue{[](Config& c) -> std::vector<std::string>& { return c.providers.ignition.configs; }}},
    Setting{"approvals.keys", PathsValue{[](Config& c) -> std::vector<std::string>& { return c.providers.approvals.keys; }}},
};

ValueFault wrong_type(const Node& node, std::string right) { return {fmt::format("this is {}", name_of(node.kind)), std::move(right)}; }

std::optional<ValueFault> put(const PathValue& value, const Node& node, Config& config) {
    if (node.kind != Node::Kind::text) return wrong_type(node, "an absolute path in quotes");
    const bool output = value.also == PathValue::Also::stdout_ && node.text == "-";
    if (!output) {
        if (auto fault = fault_of_path(node.text)) return ValueFault{std::move(fault->what), std::move(fault->right)};
        if (normalised(node.text) == "/" && value.also != PathValue::Also::root) return ValueFault{"the root cannot be meant here", "the path of a file or directory of its own"};
    }
    value.at(config) = output ? node.text : normalised(node.text);
    return std::nullopt;
}

std::optional<ValueFault> put(const NumberValue& value, const Node& node, Config& config) {
    const auto right = fmt::format("a whole number from {} to {}", value.least, value.most);
    if (node.kind != Node::Kind::integer) return wrong_type(node, right);
    if (node.integer < value.least || node.integer > value.most) return ValueFault{"out of range", right};
    value.at(config) = static_cast<std::uint32_t>(node.integer);
    return std::nullopt;
}

std::optional<ValueFault> put(const DurationValue& value, const Node& node, Config& config) {
    if (node.kind == Node::Kind::integer && node.integer > 0)
        return ValueFault{"a duration needs a unit", fmt::format("write \"{0}s\" or \"{0}ms\"", node.integer)};
    constexpr auto kForm = "a whole number and its unit (ms, s, min, h, d) in quotes, like \"20ms\", \"5s\" or \"1h\"";
    if (node.kind != Node::Kind::text) return wrong_type(node, kForm);
    const auto duration = parse_duration(node.text);
    if (!duration) return ValueFault{"this is not a duration", kForm};
    if (*duration < value.least || *duration > value.most)
        return ValueFault{"out of range", fmt::format("from \"{}\" to \"{}\"", format_duration(value.least), format_duration(value.most))};
    value.at(config) = *duration;
    return std::nullopt;
}

std::optional<ValueFault> put(const PercentValue& value, const Node& node, Config& config) {
    const auto right = fmt::format("a whole number and % in quotes, from \"{}%\" to \"{}%\"", value.least, value.most);
    if (node.kind != Node::Kind::text) return wrong_type(node, right);
    std::uint32_t number = 0;
    const char* const end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, number);
    if (error != std::errc{} || std::string_view(stop, static_cast<std::size_t>(end - stop)) != "%") return ValueFault{"this is not a share", right};
    if (number < value.least || number > value.most) return ValueFault{"out of range", right};
    value.at(config) = number;
    return std::nullopt;
}

std::optional<ValueFault> put(const SwitchValue& value, const Node& node, Config& config) {
    if (node.kind != Node::Kind::boolean) return wrong_type(node, "true or false, without quotes");
    value.at(config) = node.boolean;
    return std::nullopt;
}

std::optional<ValueFault> put(const ChoiceValue& value, const Node& node, Config& config) {
    const auto words = value.words();
    if (node.kind != Node::Kind::text) return wrong_type(node, fmt::format("a word in quotes, like \"{}\"", words.front()));
    if (value.set(config, node.text)) return std::nullopt;
    return ValueFault{"unknown value", suggestion(node.text, words)};
}

std::optional<ValueFault> put(const ListValue& value, const Node& node, Config& config) {
    const std::string right(value.right);
    if (node.kind != Node::Kind::array) return wrong_type(node, right);
    std::vector<std::string> names;
    for (const auto& item : node.items) {
        if (item.kind != Node::Kind::text || !value.is_item(item.text)) return ValueFault{fmt::format("this is not a list of {}", value.what), right};
        names.push_back(item.text);
    }
    value.at(config) = std::move(names);
    return std::nullopt;
}

std::optional<ValueFault> put(const PathsValue& value, const Node& node, Config& config) {
    constexpr auto kForm = "a list of absolute paths in quotes";
    if (node.kind != Node::Kind::array) return wrong_type(node, kForm);
    std::vector<std::string> paths;
    for (const auto& item : node.items) {
        if (item.kind != Node::Kind::text) return ValueFault{fmt::format("one of them is {}", name_of(item.kind)), kForm};
        if (auto fault = fault_of_path(item.text)) return ValueFault{std::move(fault->what), std::move(fault->right)};
        paths.push_back(normalised(item.text));
    }
    value.at(config) = std::move(paths);
    return std::nullopt;
}

std::optional<ValueFault> put(const PatternsValue& value, const Node& node, Config& config) {
    const auto right = fmt::format("a list of at most {} regular expressions in single quotes, like ['^pin (\\d+)']; what their groups match is masked", Mask::kMostPatterns);
    if (node.kind != Node::Kind::array) return wrong_type(node, right);
    if (node.items.size() > Mask::kMostPatterns) return ValueFault{"too many patterns", right};
    std::vector<std::string> patterns;
    for (const auto& item : node.items) {
        if (item.kind != Node::Kind::text) return ValueFault{fmt::format("one of them is {}", name_of(item.kind)), right};
        if (auto fault = fault_of_mask(item.text)) return ValueFault{fmt::format("\"{}\": {}", printable(item.text), printable(*fault)), right};
        patterns.push_back(item.text);
    }
    value.at(config) = std::move(patterns);
    return std::nullopt;
}

}  // namespace

std::span<const Setting> settings() { return kSettings; }

std::optional<ValueFault> assign(const Setting& setting, const Node& node, Config& config) {
    return std::visit([&](const auto& value) { return put(value, node, config); }, setting.value);
}

}  // namespace touchstone::config
