#include <archive.h>
#include <archive_entry.h>
#include <zstd.h>
#include <zstd_errors.h>

// Macros that Swift cannot import.
static const int studypost_format_tar = ARCHIVE_FORMAT_TAR;
static const int studypost_format_ustar = ARCHIVE_FORMAT_TAR_USTAR;
static const int studypost_format_pax = ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE;
static const int studypost_format_gnutar = ARCHIVE_FORMAT_TAR_GNUTAR;
