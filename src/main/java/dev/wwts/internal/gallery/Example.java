package dev.wwts.internal.gallery;

import java.util.Map;

/**
 * What a gallery knows of one picture, beside its embedding.
 *
 * @param id given by the gallery, counted upwards from 1, never given twice
 * @param label what is in the picture
 * @param metadata what the caller wants to find again with it, in its order
 */
public record Example(long id, String label, Map<String, String> metadata) {}
