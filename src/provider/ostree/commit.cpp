#include "commit.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <mutex>

#include "../content_digest.hpp"

namespace touchstone::ostree {
namespace {

constexpr std::size_t kChecksum = 32;

std::string raw(GVariant* bytes) {
    gsize length = 0;
    const auto* data = static_cast<const char*>(g_variant_get_fixed_array(bytes, &length, 1));
    return length == kChecksum ? std::string(data, length) : std::string();
}

std::string raw_child(GVariant* tuple, gsize index) {
    const Variant child(g_variant_get_child_value(tuple, index));
    return raw(child.get());
}

// The child of a list of tuples whose first member is `name`; null: there is none.
Variant named(GVariant* tuple, gsize list_index, std::string_view name) {
    const Variant list(g_variant_get_child_value(tuple, list_index));
    for (gsize i = 0; i < g_variant_n_children(list.get()); ++i) {
        Variant each(g_variant_get_child_value(list.get(), i));
        const Variant text(g_variant_get_child_value(each.get(), 0));
        if (name == g_variant_get_string(text.get(), nullptr)) return each;
    }
    return nullptr;
}

std::string text_of(GVariant* signature, guint attribute) {
    const Variant value(g_variant_get_child_value(signature, attribute));
    return g_variant_is_of_type(value.get(), G_VARIANT_TYPE_STRING) ? printable(g_variant_get_string(value.get(), nullptr)) : "";
}

void read_signatures(OstreeGpgVerifyResult* result, Repository::About& about) {
    for (guint i = 0; i < ostree_gpg_verify_result_count_all(result); ++i) {
        const Variant signature(g_variant_ref_sink(ostree_gpg_verify_result_get_all(result, i)));
        const Variant valid(g_variant_get_child_value(signature.get(), OSTREE_GPG_SIGNATURE_ATTR_VALID));
        const auto shown = fmt::format("{} ({})", text_of(signature.get(), OSTREE_GPG_SIGNATURE_ATTR_FINGERPRINT), text_of(signature.get(), OSTREE_GPG_SIGNATURE_ATTR_USER_NAME));
        if (g_variant_get_boolean(valid.get()) != FALSE)
            about.signer = shown;
        else
            about.why_unsigned = "the signature of " + text_of(signature.get(), OSTREE_GPG_SIGNATURE_ATTR_FINGERPRINT) + " is not good, or its key is not known";
    }
}

}  // namespace

Result<std::unique_ptr<Repository>> Repository::open(const std::string& path) {
    struct stat status {};
    if (::stat((path + "/objects").c_str(), &status) != 0) return std::unique_ptr<Repository>();
    const Owned<GFile> file(g_file_new_for_path(path.c_str()));
    Owned<OstreeRepo> repo(ostree_repo_new(file.get()));
    Told told;
    if (ostree_repo_open(repo.get(), nullptr, told) == FALSE)
        return fail(Error{fmt::format("open the OSTree repository {}: {} (`ostree fsck` says more)", printable(path), told.text()), ErrorKind::corrupt, 0});
    std::error_code ignored;
    const auto place = std::filesystem::canonical(path, ignored);  // of a booted host /ostree is a symbolic link
    return std::unique_ptr<Repository>(new Repository(place.string(), std::move(repo)));
}

Result<GVariant*> Repository::object(OstreeObjectType type, const std::string& checksum) {
    const auto hex = to_hex(checksum);
    const auto key = hex + ostree_object_type_to_string(type);
    if (const auto at = kept_.find(key); at != kept_.end()) return at->second.get();
    const auto refused = [&](const std::string& why) {
        return fail(Error{fmt::format("read the {} {} of OSTree: {} (nothing is authorized by it; `ostree fsck` says more)", ostree_object_type_to_string(type), hex, why),
                          ErrorKind::corrupt, 0});
    };
    if (checksum.size() != kChecksum) return refused("that is no checksum");
    Told told;
    GVariant* loaded = nullptr;
    if (ostree_repo_load_variant(repo_.get(), type, hex.c_str(), &loaded, told) == FALSE) return refused(told.text());
    Variant owned(loaded);
    if (sha256_of(bytes_of(loaded)) != checksum) return refused("its content is not what its checksum says");
    if (kept_.size() >= kMostKept) kept_.clear();
    return kept_.emplace(key, std::move(owned)).first->second.get();
}

Result<std::optional<Place>> Repository::find(const std::string& commit, std::string_view path) {
    const auto id = from_hex(commit);
    const auto root = object(OSTREE_OBJECT_TYPE_COMMIT, id.value_or(""));
    if (!root) return fail(root.error());
    auto tree = raw_child(*root, 6);
    Place place{true, raw_child(*root, 7)};
    while (!path.empty()) {
        path.remove_prefix(std::min(path.size(), path.find_first_not_of('/')));
        const auto name = path.substr(0, path.find('/'));
        if (name.empty()) break;
        path.remove_prefix(name.size());
        if (!place.directory) return std::optional<Place>();
        const auto entries = object(OSTREE_OBJECT_TYPE_DIR_TREE, tree);
        if (!entries) return fail(entries.error());
        if (const auto file = named(*entries, 0, name)) {
            place = {false, raw_child(file.get(), 1)};
        } else if (const auto directory = named(*entries, 1, name)) {
            tree = raw_child(directory.get(), 1);
            place = {true, raw_child(directory.get(), 2)};
        } else {
            return std::optional<Place>();
        }
    }
    return std::optional(place);
}

std::string Repository::file_of(const std::string& checksum) const {
    const auto hex = to_hex(checksum);
    return fmt::format("{}/objects/{}/{}.file", path_, hex.substr(0, 2), hex.substr(2));
}

Result<Repository::About> Repository::about(const std::string& commit, const std::string& remote) {
    static std::mutex mutex;
    static std::map<std::string, About> known;  // few commits are deployed at once; a kept answer is only of a signature that was good
    const auto root = object(OSTREE_OBJECT_TYPE_COMMIT, from_hex(commit).value_or(""));
    if (!root) return fail(root.error());
    const std::lock_guard held(mutex);
    const auto key = fmt::format("{}:{}:{}", path_, remote, commit);  // another repository may have other keys
    if (const auto at = known.find(key); at != known.end()) return at->second;
    About about;
    const Variant metadata(g_variant_get_child_value(*root, 0));
    const char* version = nullptr;
    if (g_variant_lookup(metadata.get(), OSTREE_COMMIT_META_KEY_VERSION, "&s", &version) != FALSE) about.version = printable(version);
    Told told;
    const Owned<OstreeGpgVerifyResult> result(remote.empty() ? ostree_repo_verify_commit_ext(repo_.get(), commit.c_str(), nullptr, nullptr, nullptr, told)
                                                             : ostree_repo_verify_commit_for_remote(repo_.get(), commit.c_str(), remote.c_str(), nullptr, told));
    if (result)
        read_signatures(result.get(), about);
    else
        about.why_unsigned = told.text();
    if (known.size() > 64) known.clear();
    if (!about.signer.empty()) known[key] = about;
    return about;
}

}  // namespace touchstone::ostree
