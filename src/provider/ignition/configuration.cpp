#include "configuration.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "../content_digest.hpp"
#include "data_url.hpp"
#include "touchstone/bytes.hpp"

namespace touchstone::ignition {
namespace {

using nlohmann::json;

struct Refusal {
    std::string what;
};

// A value and where it stands, for errors.
class Place {
public:
    Place(const json& value, std::string where) : value_(&value), where_(std::move(where)) {}

    [[noreturn]] void refuse(const std::string& why) const { throw Refusal{(where_.empty() ? "the document" : where_) + ": " + why}; }

    // null also when there is no such key.
    Place at(const std::string& key) const {
        static const json none;
        if (!is_null() && !value_->is_object()) refuse("this must be an object");
        const auto found = is_null() ? value_->end() : value_->find(key);
        const auto where = where_.empty() ? key : where_ + "." + key;
        return is_null() || found == value_->end() ? Place(none, where) : Place(*found, where);
    }
    bool is_null() const { return value_->is_null(); }

    std::vector<Place> items() const {
        std::vector<Place> all;
        if (is_null()) return all;
        if (!value_->is_array()) refuse("this must be a list");
        for (std::size_t i = 0; i < value_->size(); ++i) all.emplace_back((*value_)[i], fmt::format("{}[{}]", where_, i));
        return all;
    }
    std::string text() const {
        if (is_null()) refuse("this is missing");
        if (!value_->is_string()) refuse("this must be a string");
        return value_->get<std::string>();
    }
    std::string text_or_none() const { return is_null() ? "" : text(); }
    std::optional<std::uint32_t> number(std::uint32_t most) const {
        if (is_null()) return std::nullopt;
        if (!value_->is_number_unsigned() || value_->get<std::uint64_t>() > most) refuse(fmt::format("this must be a number from 0 to {}", most));
        return value_->get<std::uint32_t>();
    }
    bool yes() const {
        if (!is_null() && !value_->is_boolean()) refuse("this must be true or false");
        return !is_null() && value_->get<bool>();
    }

private:
    const json* value_;
    std::string where_;
};

template <class T>
T wanted(Result<T> result, const Place& place) {
    if (!result) place.refuse(result.error().what);
    return std::move(*result);
}

class Reading {
public:
    Configuration read(const Place& document) {
        const bool machine = !document.at("kind").is_null();
        if (machine && document.at("kind").text() != "MachineConfig") document.at("kind").refuse("this must be MachineConfig");
        if (machine) made_.name = document.at("metadata").at("name").text_or_none();
        const auto config = machine ? document.at("spec").at("config") : document;
        version(config.at("ignition").at("version"));
        const auto storage = config.at("storage");
        for (const auto& file : storage.at("files").items()) add(file, path_of(file), file_entry(file));
        for (const auto& directory : storage.at("directories").items()) add(directory, path_of(directory), owned(directory, FileType::directory, 0755));
        for (const auto& link : storage.at("links").items()) add_link(link);
        for (const auto& unit : config.at("systemd").at("units").items()) add_unit(unit);
        return std::move(made_);
    }

private:
    using Entry = Configuration::Entry;

    void version(const Place& place) {
        const auto text = place.text();
        if (!text.starts_with("3.")) place.refuse("'" + printable(text) + "' is not a version 3");
        special_modes_ = std::atoi(text.c_str() + 2) >= 6;
    }

    void add(const Place& place, const std::string& path, Entry entry) {
        if (!made_.entries.emplace(path, std::move(entry)).second) place.refuse("it is not the first of the path " + printable(path));
    }

    static std::string path_of(const Place& place) {
        const auto path = place.at("path").text();
        const bool plain = path.starts_with('/') && path.find('\0') == path.npos && (path + "/").find("//") == path.npos && (path + "/").find("/../") == path.npos &&
                           (path + "/").find("/./") == path.npos;
        if (!plain) place.at("path").refuse("'" + printable(path) + "' is not a plain absolute path");
        return path;
    }

    Entry owned(const Place& place, FileType type, std::uint32_t mode) const {
        Entry entry;
        auto& stated = entry.stated;
        stated.type = type;
        if (type != FileType::symlink) stated.mode = place.at("mode").number(07777).value_or(mode) & (special_modes_ ? 07777 : 0777);
        entry.user = place.at("user").at("name").text_or_none();
        entry.group = place.at("group").at("name").text_or_none();
        const auto uid = place.at("user").at("id").number(UINT32_MAX), gid = place.at("group").at("id").number(UINT32_MAX);
        if (uid || entry.user.empty()) stated.uid = uid.value_or(0);
        if (gid || entry.group.empty()) stated.gid = gid.value_or(0);
        return entry;
    }

    static void state_content(Stated& stated, std::string_view bytes) {
        stated.size = bytes.size();
        stated.content = Stated::Content{"sha256", sha256_of(bytes)};
    }

    // What is appended to is not known as a whole, and without a source an old content is kept.
    Entry file_entry(const Place& file) const {
        auto entry = owned(file, FileType::regular, 0644);
        const auto contents = file.at("contents");
        if (!file.at("append").items().empty() || contents.at("source").is_null()) return entry;
        const auto verified = verification(contents.at("verification").at("hash"));
        const auto compression = contents.at("compression").text_or_none();
        if (!compression.empty() && compression != "gzip") contents.at("compression").refuse("only gzip is known");
        auto bytes = wanted(decode_data_url(contents.at("source").text()), contents.at("source"));
        if (bytes && !compression.empty()) bytes = wanted(gunzip(*bytes, kMostContent), contents.at("source"));
        if (bytes) state_content(entry.stated, *bytes);
        if (bytes && verified && digest_of(*bytes, verified->algorithm) != verified->digest)
            contents.at("verification").at("hash").refuse("it is not that of the contents");
        if (!bytes) entry.stated.content = verified;
        return entry;
    }

    static std::string digest_of(std::string_view bytes, const std::string& algorithm) {
        auto digest = ContentDigest::make(algorithm);
        if (!digest) return {};
        digest->update(bytes);
        return digest->finish();
    }

    static std::optional<Stated::Content> verification(const Place& hash) {
        const auto text = hash.text_or_none();
        if (text.empty()) return std::nullopt;
        for (const auto& [algorithm, size] : {std::pair("sha256", 32U), std::pair("sha512", 64U)}) {
            const auto prefix = std::string(algorithm) + "-";
            if (!text.starts_with(prefix)) continue;
            if (auto digest = from_hex(text.substr(prefix.size())); digest && digest->size() == size) return Stated::Content{algorithm, std::move(*digest)};
        }
        hash.refuse("this must be sha256- or sha512- and the digest in hex");
    }

    void add_link(const Place& link) {
        if (link.at("hard").yes()) return;  // another name of what is said elsewhere
        auto entry = owned(link, FileType::symlink, 0777);
        entry.stated.link_target = link.at("target").text();
        add(link, path_of(link), std::move(entry));
    }

    static std::string name_of_unit(const Place& place) {
        const auto name = place.at("name").text();
        if (name.empty() || name == "." || name == ".." || name.find('/') != name.npos || name.find('\0') != name.npos)
            place.at("name").refuse("'" + printable(name) + "' is not a file name");
        return name;
    }

    static Entry unit_file(const std::string& content) {
        Entry entry;
        entry.stated.type = FileType::regular;
        entry.stated.mode = 0644;
        entry.stated.uid = entry.stated.gid = 0;
        state_content(entry.stated, content);
        return entry;
    }

    static Entry masked() {
        Entry entry;
        entry.stated.type = FileType::symlink;
        entry.stated.uid = entry.stated.gid = 0;
        entry.stated.link_target = "/dev/null";
        return entry;
    }

    // Which links enable a unit, its [Install] section and presets decide: nothing is said of them.
    void add_unit(const Place& unit) {
        const auto path = "/etc/systemd/system/" + name_of_unit(unit);
        if (unit.at("mask").yes())
            add(unit, path, masked());
        else if (!unit.at("contents").is_null())
            add(unit, path, unit_file(unit.at("contents").text()));
        for (const auto& dropin : unit.at("dropins").items())
            if (!dropin.at("contents").is_null()) add(dropin, path + ".d/" + name_of_unit(dropin), unit_file(dropin.at("contents").text()));
    }

    Configuration made_;
    bool special_modes_ = false;  // set-user-id and the like: from 3.6 on
};

}  // namespace

Result<Configuration> parse_configuration(std::string_view text) {
    const auto refused = [](std::string why) { return fail(Error{std::move(why), ErrorKind::bad_input, 0}); };
    try {
        const auto document = json::parse(text);
        return Reading().read(Place(document, ""));
    } catch (const Refusal& refusal) {
        return refused(refusal.what);
    } catch (const json::exception& broken) {
        return refused(printable(broken.what()));
    }
}

}  // namespace touchstone::ignition
