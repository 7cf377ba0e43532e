#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch.hpp>

#include "approval/ground.hpp"
#include "touchstone/manifest.hpp"

using namespace touchstone;
using namespace touchstone::test;
using Catch::Matchers::Contains;

namespace {

// Written by libarchive, gzipped pax.
class Tarball {
public:
    explicit Tarball(std::string file) : file_(std::move(file)), archive_(archive_write_new()) {
        archive_write_add_filter_gzip(archive_);
        archive_write_set_format_pax(archive_);
        REQUIRE(archive_write_open_filename(archive_, file_.c_str()) == ARCHIVE_OK);
    }
    ~Tarball() { archive_write_free(archive_); }

    Tarball& add(const char* name, mode_t type, const std::string& content, const char* linked = nullptr) {
        auto* entry = archive_entry_new();
        archive_entry_copy_pathname(entry, name);
        archive_entry_set_filetype(entry, type);
        archive_entry_set_perm(entry, 0640);
        archive_entry_set_uid(entry, 12);
        archive_entry_set_gid(entry, 34);
        if (type == AE_IFLNK) archive_entry_copy_symlink(entry, linked);
        else if (linked) archive_entry_copy_hardlink(entry, linked);
        archive_entry_set_size(entry, linked ? 0 : static_cast<la_int64_t>(content.size()));
        REQUIRE(archive_write_header(archive_, entry) >= ARCHIVE_WARN);  // a name that is no UTF-8 is warned of
        if (!linked) archive_write_data(archive_, content.data(), content.size());
        archive_entry_free(entry);
        return *this;
    }
    Result<Listing> list(const std::string& root) {
        archive_write_close(archive_);
        return list_tarball(file_, root, {DigestAlgorithm::sha256});
    }

private:
    std::string file_;
    archive* archive_;
};

std::string why_not(const Result<Listing>& listing) { return listing ? "taken" : listing.error().what; }

}  // namespace

TEST_CASE("a tarball is listed with owners, and the last of one name counts") {
    const ScratchDirectory directory;
    const auto listing = Tarball(directory / "t.tgz")
                             .add("./", AE_IFDIR, "")
                             .add("./etc/", AE_IFDIR, "")
                             .add("etc/a", AE_IFREG, "first")
                             .add("/etc/a", AE_IFREG, "a")
                             .add("etc/h", AE_IFREG, "", "./etc/a")
                             .add("etc/l", AE_IFLNK, "", "a")
                             .add("etc/\xff", AE_IFREG, "x")
                             .list("/srv");
    INFO(why_not(listing));
    REQUIRE(listing);
    REQUIRE(listing->size() == 5);
    auto a = file_of("a");
    a.mode = 0640, a.uid = 12, a.gid = 34;
    CHECK(listing->at("/srv/etc/a") == a);
    CHECK(listing->at("/srv/etc/h") == a);
    CHECK(listing->at("/srv/etc/l").link_target == "a");
    CHECK(listing->at("/srv/etc").kind == ApprovedState::Kind::directory);
    CHECK(listing->contains("/srv/etc/\xff"));
}

TEST_CASE("tarballs that escape, hold what cannot be approved, or are none") {
    const ScratchDirectory directory;
    CHECK_THAT(why_not(Tarball(directory / "1").add("../etc/a", AE_IFREG, "a").list("/srv")), Contains("escapes by `..`"));
    CHECK_THAT(why_not(Tarball(directory / "2").add("pipe", AE_IFIFO, "").list("/srv")), Contains("cannot be approved"));
    CHECK_THAT(why_not(Tarball(directory / "3").add("h", AE_IFREG, "", "nothing").list("/srv")), Contains("hard link"));
    put_content(directory / "4", std::string(2000, 'x'));
    CHECK_THAT(why_not(list_tarball(directory / "4", "/", {DigestAlgorithm::sha256})), Contains("/4"));
    Tarball(directory / "5").add("a", AE_IFREG, std::string(100000, 'a')).list("/");
    put_content(directory / "6", content_of(directory / "5").substr(0, 80));
    CHECK_THAT(why_not(list_tarball(directory / "6", "/", {DigestAlgorithm::sha256})), Contains("/6"));
}
