/** The Japanese face, in pieces by range of characters: a browser loads only the pieces that a page shows. */
import "@fontsource/ibm-plex-sans-jp/400.css";
import "@fontsource/ibm-plex-sans-jp/600.css";
